package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Derives the user name in access lists from a Kerberos principal such as {@code
 * alice/host@EXAMPLE.COM}: the first part is mapped by rules, and host and realm are kept or
 * removed. Immutable.
 *
 * <p>Source: ZooKeeper's {@code KerberosName} and {@code SaslServerCallbackHandler}.
 */
public final class PrincipalNames {
  private static final Pattern PRINCIPAL = Pattern.compile("([^/@]*)(/([^/@]*))?@([^/@]*)");
  private static final Pattern RULE =
      Pattern.compile(
          "\\s*((DEFAULT)|(RULE:\\[(\\d*):([^\\]]*)](\\(([^)]*)\\))?(s/([^/]*)/([^/]*)/(g)?)?))");
  private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+)");
  private static final Pattern NOT_SIMPLE = Pattern.compile("[/@]");

  /** Keeps all names as they are. */
  public static final PrincipalNames UNCHANGED = of("DEFAULT", "", false, false);

  private final List<Rule> rules;
  private final boolean removesHost;
  private final boolean removesRealm;

  private PrincipalNames(List<Rule> rules, boolean removesHost, boolean removesRealm) {
    this.rules = rules;
    this.removesHost = removesHost;
    this.removesRealm = removesRealm;
  }

  /**
   * Parses ZooKeeper's settings.
   *
   * @param rules separated by blanks, such as {@code RULE:[2:$1](zk.*)s/zk/hbase/ DEFAULT}: the
   *     number of parts of a principal without its realm, a text made from them ({@code $0} is the
   *     realm), an expression that the text must match, and a replacement in it. {@code DEFAULT}
   *     takes the first part of a principal in the default realm. The first rule that applies
   *     counts
   * @throws IllegalArgumentException if a rule is invalid
   */
  public static PrincipalNames of(
      String rules, String defaultRealm, boolean removesHost, boolean removesRealm) {
    List<Rule> parsed = new ArrayList<>();
    Matcher next = RULE.matcher(rules.strip());
    int end = 0;
    while (end < rules.strip().length()) {
      next.region(end, next.regionEnd());
      if (!next.lookingAt()) {
        throw new IllegalArgumentException("invalid rule: " + rules.strip().substring(end));
      }
      parsed.add(next.group(2) != null ? new DefaultRule(defaultRealm) : PatternRule.of(next));
      end = next.end();
    }
    return new PrincipalNames(List.copyOf(parsed), removesHost, removesRealm);
  }

  /** The user name; the principal itself if no rule applies to it. */
  String userName(String principal) {
    Matcher parts = PRINCIPAL.matcher(principal);
    if (!parts.matches()) {
      return principal;
    }
    String name = requireNonNull(parts.group(1), "name");
    String host = parts.group(3);
    String realm = requireNonNull(parts.group(4), "realm");
    String simple = findSimple(host == null ? List.of(realm, name) : List.of(realm, name, host));
    return simple == null
        ? principal
        : simple
            + (host == null || removesHost ? "" : "/" + host)
            + (removesRealm ? "" : "@" + realm);
  }

  /**
   * @param parts the realm, and then the parts of the principal before it
   */
  private @Nullable String findSimple(List<String> parts) {
    for (Rule rule : rules) {
      String simple = rule.apply(parts);
      if (simple != null) {
        return NOT_SIMPLE.matcher(simple).find() ? null : simple;
      }
    }
    return null;
  }

  private interface Rule {
    /** Null if the rule does not apply. */
    @Nullable String apply(List<String> parts);
  }

  private record DefaultRule(String realm) implements Rule {
    @Override
    public @Nullable String apply(List<String> parts) {
      return parts.get(0).equals(realm) ? parts.get(1) : null;
    }
  }

  /**
   * @param format of the text made from the parts
   * @param condition what the text must match; null for any
   * @param replaced null to replace nothing
   */
  private record PatternRule(
      int parts,
      String format,
      @Nullable Pattern condition,
      @Nullable Pattern replaced,
      String replacement,
      boolean everywhere)
      implements Rule {
    static PatternRule of(Matcher rule) {
      String text = requireNonNull(rule.group(), "rule").strip();
      try {
        int parts = Integer.parseInt(requireNonNull(rule.group(4), "parts"));
        String format = requireNonNull(rule.group(5), "format");
        Matcher parameter = PARAMETER.matcher(format);
        while (parameter.find()) {
          if (number(parameter) > parts) {
            throw new IllegalArgumentException("invalid rule, there is no such part: " + text);
          }
        }
        return new PatternRule(
            parts,
            format,
            compile(rule.group(7)),
            compile(rule.group(9)),
            rule.group(10) == null ? "" : rule.group(10),
            rule.group(11) != null);
      } catch (NumberFormatException | PatternSyntaxException e) {
        throw new IllegalArgumentException("invalid rule: " + text, e);
      }
    }

    private static int number(Matcher parameter) {
      return Integer.parseInt(requireNonNull(parameter.group(1), "parameter"));
    }

    private static @Nullable Pattern compile(@Nullable String expression) {
      return expression == null ? null : Pattern.compile(expression);
    }

    @Override
    public @Nullable String apply(List<String> all) {
      if (all.size() - 1 != parts) {
        return null;
      }
      String text =
          PARAMETER
              .matcher(format)
              .replaceAll(
                  match -> Matcher.quoteReplacement(all.get(Integer.parseInt(match.group(1)))));
      if (condition != null && !condition.matcher(text).matches()) {
        return null;
      }
      if (replaced == null) {
        return text;
      }
      Matcher matcher = replaced.matcher(text);
      return everywhere ? matcher.replaceAll(replacement) : matcher.replaceFirst(replacement);
    }
  }
}
