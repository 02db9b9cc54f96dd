package io.metastore.adapter.etcd.port;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that opens {@code args[1]} connections to the port {@code args[0]} and sends nothing
 * until it is killed.
 */
final class IdleClients {

  private IdleClients() {}

  public static void main(String[] args) throws Exception {
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    List<SocketChannel> open = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      open.add(SocketChannel.open(server));
    }
    System.out.println("connected " + open.size());
    // Ends at the latest when the parent process ends.
    while (System.in.read() >= 0) {}
  }
}
