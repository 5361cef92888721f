//! Pure parsers of what tools print.

pub mod minikube_events;
