//! Strict rendering.
//!
//! minijinja's strict mode alone is not strict enough: `{{ missing | tojson }}` renders `null`
//! without an error. So values go through filters of our own that refuse what is not there, and a
//! template may use only variables it is given.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Why a text could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The template is broken or lacks a value.
    #[error("template `{name}`: {source}")]
    Template {
        /// Which.
        name: &'static str,
        /// What minijinja says.
        source: Box<Error>,
    },
    /// The template uses variables it is not given.
    #[error("template `{name}` uses {missing:?}, which it is not given")]
    Missing {
        /// Which.
        name: &'static str,
        /// Names of the variables.
        missing: Vec<String>,
    },
    /// What was written does not read back.
    #[error("template `{name}` gave no valid YAML: {source}")]
    Yaml {
        /// Which.
        name: &'static str,
        /// What the parser says.
        source: Box<serde_yaml::Error>,
    },
    /// What was written reads back as something else.
    #[error("template `{name}`: {field} reads back as {have}, not {want}")]
    ReadBack {
        /// Which.
        name: &'static str,
        /// JSON pointer of the field.
        field: &'static str,
        /// What was meant.
        want: Json,
        /// What came out.
        have: Json,
    },
}

/// A value as a JSON string or number, which is valid YAML too. Refuses undefined and none.
fn quoted(value: Value) -> Result<Value, Error> {
    let text = match value.kind() {
        ValueKind::String => serde_json::to_string(value.as_str().unwrap_or_default())
            .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?,
        ValueKind::Number | ValueKind::Bool => value.to_string(),
        other => {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                format!("a value is {other}"),
            ));
        }
    };
    Ok(Value::from_safe_string(text))
}

/// A scalar as minijinja's value; anything else is none, which every filter refuses.
fn scalar(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::from(text.as_str()),
        Json::Bool(bool) => Value::from(*bool),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(float)) => Value::from(float),
            (None, None) => Value::from(()),
        },
        _ => Value::from(()),
    }
}

/// A single word for a line-based file: no white space, so that it cannot become two fields or
/// two lines.
fn word(value: Value) -> Result<Value, Error> {
    let fits = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    match value.as_str() {
        Some(text) if fits(text) => Ok(Value::from_safe_string(text.to_owned())),
        _ => Err(Error::new(
            ErrorKind::UndefinedError,
            format!("`{value}` is no single word"),
        )),
    }
}

/// The rest of a line for a line-based file: never a second line.
fn line(value: Value) -> Result<Value, Error> {
    let fits = |text: &str| !text.is_empty() && !text.contains(char::is_control);
    match value.as_str() {
        Some(text) if fits(text) => Ok(Value::from_safe_string(text.to_owned())),
        _ => Err(Error::new(
            ErrorKind::UndefinedError,
            "a value does not fit on one line",
        )),
    }
}

/// Renders a template with exactly the values given.
///
/// # Errors
/// When it uses a variable that is not given, or a value is none or no single word.
pub fn render(
    name: &'static str,
    source: &str,
    values: &Map<String, Json>,
) -> Result<String, RenderError> {
    let broken = |source: Error| RenderError::Template {
        name,
        source: Box::new(source),
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("quoted", quoted);
    environment.add_filter("word", word);
    environment.add_filter("line", line);
    let template = environment.template_from_str(source).map_err(broken)?;
    let mut missing: Vec<String> = template
        .undeclared_variables(false)
        .into_iter()
        .filter(|variable| !values.contains_key(variable))
        .collect();
    if !missing.is_empty() {
        missing.sort();
        return Err(RenderError::Missing { name, missing });
    }
    let context: BTreeMap<String, Value> = values
        .iter()
        .map(|(key, value)| (key.clone(), scalar(value)))
        .collect();
    let mut text = template.render(Value::from(context)).map_err(broken)?;
    // minijinja drops the newline that a text file ends with.
    if source.ends_with('\n') && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Renders a YAML template and reads it back.
///
/// # Errors
/// As [`render`], and when the result is no YAML.
pub fn render_yaml(
    name: &'static str,
    source: &str,
    values: &Map<String, Json>,
) -> Result<(String, Json), RenderError> {
    let text = render(name, source, values)?;
    let value = serde_yaml::from_str(&text).map_err(|source| RenderError::Yaml {
        name,
        source: Box::new(source),
    })?;
    Ok((text, value))
}

/// Compares what was read back with what was meant, field by field.
///
/// # Errors
/// The first field that differs.
pub fn read_back(
    name: &'static str,
    value: &Json,
    meant: &[(&'static str, Json)],
) -> Result<(), RenderError> {
    for (field, want) in meant {
        let have = value.pointer(field).cloned().unwrap_or(Json::Null);
        if have != *want {
            return Err(RenderError::ReadBack {
                name,
                field,
                want: want.clone(),
                have,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values(value: Json) -> Map<String, Json> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_missing_value_is_an_error_and_never_null() {
        let error = render("t", "a: {{ missing | quoted }}", &Map::new()).unwrap_err();
        assert!(matches!(error, RenderError::Missing { .. }), "{error}");
        let none = values(json!({"a": null}));
        assert!(render("t", "a: {{ a | quoted }}", &none).is_err());
        let nested = values(json!({"a": {}}));
        assert!(render("t", "a: {{ a.b | quoted }}", &nested).is_err());
    }

    #[test]
    fn what_looks_like_yaml_stays_text() {
        for text in ["yes", "1e3", "{{gpus}}", "a: b", "it's \"x\"", "- x", "#"] {
            let (_, value) =
                render_yaml("t", "a: {{ a | quoted }}", &values(json!({"a": text}))).unwrap();
            assert_eq!(value, json!({"a": text}));
        }
    }

    #[test]
    fn a_word_cannot_become_two_lines() {
        let one = values(json!({"a": "x"}));
        assert_eq!(render("t", "{{ a | word }}", &one).unwrap(), "x");
        for bad in ["", "x y", "x\ny"] {
            let values = values(json!({"a": bad}));
            assert!(render("t", "{{ a | word }}", &values).is_err());
        }
    }

    #[test]
    fn what_reads_back_differently_is_named() {
        let error = read_back("t", &json!({"a": 1}), &[("/a", json!(2))]).unwrap_err();
        assert_eq!(error.to_string(), "template `t`: /a reads back as 1, not 2");
    }
}
