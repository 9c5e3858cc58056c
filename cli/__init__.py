"""The command `align` and its renderers; installs as `aligner_cli`."""
