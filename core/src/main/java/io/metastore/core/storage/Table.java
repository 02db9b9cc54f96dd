package io.metastore.core.storage;

/**
 * An ordered key space; a RocksDB column family. The layouts are listed in the package
 * documentation.
 */
public enum Table {
  LATEST("latest"),
  HISTORY("history"),
  CHANGES("changes"),
  SMALL("small"),
  ZNODES("znodes"),
  ZNODE_DATA("znode-data");

  private final String columnFamily;

  Table(String columnFamily) {
    this.columnFamily = columnFamily;
  }

  String columnFamily() {
    return columnFamily;
  }
}
