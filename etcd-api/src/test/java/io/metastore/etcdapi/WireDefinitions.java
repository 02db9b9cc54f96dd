package io.metastore.etcdapi;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.metastore.etcdapi.authpb.AuthProto;
import io.metastore.etcdapi.etcdserverpb.RpcProto;
import io.metastore.etcdapi.mvccpb.KvProto;
import io.metastore.etcdapi.v3electionpb.V3ElectionProto;
import io.metastore.etcdapi.v3lockpb.V3LockProto;
import java.util.List;
import java.util.stream.Stream;

/** The files of {@code third_party/protos}, as compiled into the generated code. */
final class WireDefinitions {
  static final List<FileDescriptor> FILES =
      List.of(
          KvProto.getDescriptor(),
          AuthProto.getDescriptor(),
          RpcProto.getDescriptor(),
          V3LockProto.getDescriptor(),
          V3ElectionProto.getDescriptor());

  private WireDefinitions() {}

  static Stream<MethodDescriptor> methods() {
    return FILES.stream()
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream());
  }
}
