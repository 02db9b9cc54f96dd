/**
 * One class that replaces Ratis' own: {@link
 * org.apache.ratis.grpc.server.GrpcServerProtocolClient}, the {@link
 * org.apache.ratis.grpc.server.ChannelFactory} that is passed to it, and the {@link
 * org.apache.ratis.grpc.server.SnapshotStream} that it uses. It must have the same name, and our
 * jar must come before Ratis' on the class path. A test checks both, and that a newer Ratis
 * requires no other methods of the class.
 */
@NullMarked
package org.apache.ratis.grpc.server;

import org.jspecify.annotations.NullMarked;
