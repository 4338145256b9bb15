package main

import (
	"github.com/spf13/cobra"

	"example.com/simrun/scenarios"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of scenario files",
		Long:    "Print the JSON Schema of scenario files. Editors that know YAML use it to complete and to check.",
		Example: "  simrun schema > scenario.schema.json\n  # then, as the first line of a scenario:\n  # yaml-language-server: $schema=scenario.schema.json",
		Args:    none, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			schema, err := scenarios.Schema()
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(append(schema, '\n'))
			return err
		},
	}
}

func none(c *cobra.Command, args []string) error {
	if err := cobra.NoArgs(c, args); err != nil {
		return usageError{err}
	}
	return nil
}
