/**
 * One class that takes the place of Ratis' own: {@link
 * org.apache.ratis.grpc.server.GrpcServerProtocolClient}, the {@link
 * org.apache.ratis.grpc.server.ChannelFactory} that is passed to it, and the {@link
 * org.apache.ratis.grpc.server.SnapshotStream} that it uses. It has the same name; the module
 * "ratis" leaves Ratis' own out.
 */
@NullMarked
package org.apache.ratis.grpc.server;

import org.jspecify.annotations.NullMarked;
