package io.metastore.etcdapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.Collection;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Everything about a set of proto files that affects the wire format, one line per item.
 *
 * <p>Lines use full names, so that two sets can be compared regardless of their files, order or
 * language options.
 */
final class WireFacts {
  private final SortedSet<String> lines = new TreeSet<>();

  private WireFacts() {}

  static SortedSet<String> of(Collection<FileDescriptor> files) {
    WireFacts facts = new WireFacts();
    for (FileDescriptor file : files) {
      file.getMessageTypes().forEach(facts::addMessage);
      file.getEnumTypes().forEach(facts::addEnum);
      file.getServices()
          .forEach(
              service -> {
                facts.lines.add("service " + service.getFullName());
                service.getMethods().forEach(facts::addMethod);
              });
    }
    return facts.lines;
  }

  private void addMessage(Descriptor message) {
    lines.add("message " + message.getFullName());
    message.getFields().forEach(this::addField);
    message.getNestedTypes().forEach(this::addMessage);
    message.getEnumTypes().forEach(this::addEnum);
  }

  private void addField(FieldDescriptor field) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    lines.add(
        "field %s = %d %s%s%s"
            .formatted(
                field.getFullName(),
                field.getNumber(),
                cardinality(field),
                type(field),
                oneof == null ? "" : " in " + oneof.getName()));
  }

  private static String cardinality(FieldDescriptor field) {
    if (field.isRepeated()) {
      return field.isPacked() ? "repeated packed " : "repeated ";
    }
    boolean optional = field.hasPresence() && field.getRealContainingOneof() == null;
    return optional && field.getJavaType() != FieldDescriptor.JavaType.MESSAGE ? "optional " : "";
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private void addEnum(EnumDescriptor type) {
    lines.add("enum " + type.getFullName());
    for (EnumValueDescriptor value : type.getValues()) {
      lines.add(
          "value %s.%s = %d".formatted(type.getFullName(), value.getName(), value.getNumber()));
    }
  }

  private void addMethod(MethodDescriptor method) {
    lines.add(
        "method %s(%s%s) returns (%s%s)"
            .formatted(
                method.getFullName(),
                method.isClientStreaming() ? "stream " : "",
                method.getInputType().getFullName(),
                method.isServerStreaming() ? "stream " : "",
                method.getOutputType().getFullName()));
  }
}
