//! Go's text/template: lexer, parser, evaluator and builtins.
