package io.metastore.server.command;

import picocli.CommandLine.Command;

/** {@code metastore export}: writes the data of a running server in the format of another store. */
@Command(
    name = "export",
    description = "Writes the data of a running server in the format of another store.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ExportEtcdCommand.class, ExportZookeeperCommand.class})
public final class ExportCommand {}
