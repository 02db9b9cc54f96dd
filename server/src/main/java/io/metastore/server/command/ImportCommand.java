package io.metastore.server.command;

import picocli.CommandLine.Command;

/** {@code metastore import}: fills an empty data directory with the data of another store. */
@Command(
    name = "import",
    description = "Fills an empty data directory with the data of another store.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ImportEtcdCommand.class, ImportZookeeperCommand.class})
public final class ImportCommand {}
