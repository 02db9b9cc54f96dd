package io.metastore.core.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.metastore.core.command.ChangeMembersReply;
import io.metastore.core.command.ChangeMembersRequest;
import io.metastore.core.command.DescribeClusterReply;
import io.metastore.core.command.DescribeClusterRequest;
import io.metastore.core.command.ForwardReply;
import io.metastore.core.command.ForwardRequest;
import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashRequest;
import io.metastore.core.command.InviteReply;
import io.metastore.core.command.InviteRequest;
import io.metastore.core.command.KnownMemberReply;
import io.metastore.core.command.KnownMemberRequest;
import io.metastore.core.command.LeaseRemainingReply;
import io.metastore.core.command.LeaseRemainingRequest;
import io.metastore.core.command.ReadIndexReply;
import io.metastore.core.command.ReadIndexRequest;
import io.metastore.core.command.RenewLeasesReply;
import io.metastore.core.command.RenewLeasesRequest;
import io.metastore.core.command.TermReply;
import io.metastore.core.command.TermRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A call that members make to each other on the Raft port, besides Raft's own calls.
 *
 * <p>Ratis contains its own copy of gRPC, so messages are passed to it as bytes.
 *
 * @param <Q> request
 * @param <A> answer
 */
public final class PeerCall<Q extends Message, A extends Message> {
  static final String SERVICE = "metastore.core.Peer";

  public static final PeerCall<ForwardRequest, ForwardReply> FORWARD =
      new PeerCall<>("Forward", ForwardRequest.parser(), ForwardReply.parser());
  public static final PeerCall<ReadIndexRequest, ReadIndexReply> READ_INDEX =
      new PeerCall<>("ReadIndex", ReadIndexRequest.parser(), ReadIndexReply.parser());
  public static final PeerCall<TermRequest, TermReply> TERM =
      new PeerCall<>("Term", TermRequest.parser(), TermReply.parser());
  public static final PeerCall<RenewLeasesRequest, RenewLeasesReply> RENEW_LEASES =
      new PeerCall<>("RenewLeases", RenewLeasesRequest.parser(), RenewLeasesReply.parser());
  public static final PeerCall<LeaseRemainingRequest, LeaseRemainingReply> LEASE_REMAINING =
      new PeerCall<>(
          "LeaseRemaining", LeaseRemainingRequest.parser(), LeaseRemainingReply.parser());
  public static final PeerCall<KnownMemberRequest, KnownMemberReply> KNOWN_MEMBER =
      new PeerCall<>("KnownMember", KnownMemberRequest.parser(), KnownMemberReply.parser());
  public static final PeerCall<InviteRequest, InviteReply> INVITE =
      new PeerCall<>("Invite", InviteRequest.parser(), InviteReply.parser());
  public static final PeerCall<ChangeMembersRequest, ChangeMembersReply> CHANGE_MEMBERS =
      new PeerCall<>("ChangeMembers", ChangeMembersRequest.parser(), ChangeMembersReply.parser());
  public static final PeerCall<DescribeClusterRequest, DescribeClusterReply> DESCRIBE_CLUSTER =
      new PeerCall<>(
          "DescribeCluster", DescribeClusterRequest.parser(), DescribeClusterReply.parser());

  public static final PeerCall<HashRequest, HashReply> HASH =
      new PeerCall<>("Hash", HashRequest.parser(), HashReply.parser());

  private final MethodDescriptor<Q, A> descriptor;

  private PeerCall(String name, Parser<Q> requests, Parser<A> answers) {
    this.descriptor =
        MethodDescriptor.newBuilder(new Codec<>(requests), new Codec<>(answers))
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
            .build();
  }

  /** Whether the peer answers without waiting, so that the duration is the network round trip. */
  boolean isAnsweredAtOnce() {
    return this == TERM;
  }

  MethodDescriptor<Q, A> descriptor() {
    return descriptor;
  }

  private record Codec<M extends Message>(Parser<M> parser)
      implements MethodDescriptor.Marshaller<M> {
    @Override
    public InputStream stream(M value) {
      return new ByteArrayInputStream(value.toByteArray());
    }

    @Override
    public M parse(InputStream stream) {
      try {
        return parser.parseFrom(stream);
      } catch (InvalidProtocolBufferException e) {
        throw new UncheckedIOException("peer message", new IOException(e));
      }
    }
  }
}
