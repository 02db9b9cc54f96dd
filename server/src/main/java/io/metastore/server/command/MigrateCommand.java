package io.metastore.server.command;

import picocli.CommandLine.Command;

/** {@code metastore migrate}: moves from another store while it keeps serving. */
@Command(
    name = "migrate",
    description = "Moves from another store that keeps serving.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = MigrateEtcdCommand.class)
public final class MigrateCommand {}
