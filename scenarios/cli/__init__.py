"""The command line: one file per subcommand, a few lines each."""
