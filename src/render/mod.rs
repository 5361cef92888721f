//! Templates to text and objects.
