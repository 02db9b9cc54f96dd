package io.metastore.adapter.etcd.gateway;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.metastore.etcdapi.etcdserverpb.RpcProto;
import io.metastore.etcdapi.v3electionpb.V3ElectionProto;
import io.metastore.etcdapi.v3lockpb.V3LockProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps HTTP paths to methods, according to the protobuf files. Immutable. */
final class Routes {
  /** The files whose services the gateway offers, whether or not the server implements them. */
  private static final List<FileDescriptor> OFFERED =
      List.of(
          RpcProto.getDescriptor(), V3LockProto.getDescriptor(), V3ElectionProto.getDescriptor());

  private final Map<String, Route> byPath = new HashMap<>();

  /**
   * One method.
   *
   * @param name with its service, such as {@code etcdserverpb.KV/Range}
   * @param definition null if the server does not implement the service
   */
  record Route(
      String name, String service, @Nullable ServerMethodDefinition<Message, Object> definition) {

    /** An empty message of the request's type. */
    Message requestPrototype() {
      if (definition == null) {
        throw new IllegalStateException("not implemented: " + name);
      }
      return (Message)
          ((PrototypeMarshaller<?>) definition.getMethodDescriptor().getRequestMarshaller())
              .getMessagePrototype();
    }

    boolean isUnary() {
      return definition == null || definition.getMethodDescriptor().getType() == MethodType.UNARY;
    }

    boolean takesOneMessage() {
      return definition == null
          || definition.getMethodDescriptor().getType().clientSendsOneMessage();
    }
  }

  /**
   * @param services the services of the server
   */
  Routes(List<? extends BindableService> services) {
    Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    for (BindableService service : services) {
      service
          .bindService()
          .getMethods()
          .forEach(method -> methods.put(method.getMethodDescriptor().getFullMethodName(), method));
    }
    for (FileDescriptor file : OFFERED) {
      for (ServiceDescriptor service : file.getServices()) {
        service.getMethods().forEach(method -> add(service, method, methods));
      }
    }
  }

  @SuppressWarnings("unchecked") // all messages here are protobuf messages
  private void add(
      ServiceDescriptor service,
      MethodDescriptor method,
      Map<String, ServerMethodDefinition<?, ?>> methods) {
    if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
      return;
    }
    String name = service.getFullName() + "/" + method.getName();
    Route route =
        new Route(
            name,
            service.getFullName(),
            (ServerMethodDefinition<Message, Object>) methods.get(name));
    HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
    byPath.put(rule.getPost(), route);
    rule.getAdditionalBindingsList().forEach(other -> byPath.put(other.getPost(), route));
  }

  @Nullable Route find(String path) {
    return byPath.get(path);
  }
}
