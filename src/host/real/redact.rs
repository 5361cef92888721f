//! Takes known secrets out of what children print, before anyone sees it.

use secrecy::{ExposeSecret, SecretString};

/// Knows the values that must not be seen.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    values: Vec<SecretString>,
}

/// What stands in a secret's place.
const BLACK: &str = "[secret]";

impl Redactor {
    /// Hides these values. Values of fewer than eight characters are no secrets of ours, and hiding
    /// them would garble ordinary text.
    pub fn new(values: impl IntoIterator<Item = SecretString>) -> Self {
        Self {
            values: values
                .into_iter()
                .filter(|value| value.expose_secret().len() >= 8)
                .collect(),
        }
    }

    /// The text without the values.
    pub fn clean(&self, text: String) -> String {
        self.values.iter().fold(text, |text, value| {
            let value = value.expose_secret();
            if text.contains(value) {
                text.replace(value, BLACK)
            } else {
                text
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_value_is_blackened_everywhere_and_short_ones_are_ignored() {
        let redactor = Redactor::new([
            SecretString::from("0123456789abcdef"),
            SecretString::from("a"),
        ]);
        let text = "key=0123456789abcdef, again 0123456789abcdef; a cat".to_owned();
        assert_eq!(redactor.clean(text), "key=[secret], again [secret]; a cat");
    }
}
