package io.metastore.core.auth;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.GrantView;
import io.metastore.core.api.UserView;
import io.metastore.core.command.Permission;
import io.metastore.core.kv.KeyRange;
import io.metastore.core.storage.Reader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An immutable copy of the auth tables in memory, for fast permission checks. */
public final class Rules implements AccessRules {
  private static final Comparator<GrantView> BY_DIRECTORY =
      Comparator.comparing(GrantView::prefix, KeyRange::compare)
          .thenComparing(GrantView::holder)
          .thenComparing(GrantView::name);

  private final AuthSettings settings;
  private final SortedMap<String, KnownUser> users = new TreeMap<>();
  private final SortedMap<String, AuthRole> roles = new TreeMap<>();

  private Rules(AuthSettings settings) {
    this.settings = settings;
  }

  /**
   * Reads all users and roles. The permissions of a user are combined when they are first needed.
   */
  public static Rules read(Reader reader) {
    Rules rules = new Rules(AuthTable.settings(reader));
    AuthTable.users(reader).forEach(user -> rules.users.put(user.getName(), new KnownUser(user)));
    AuthTable.roles(reader).forEach(role -> rules.roles.put(role.getName(), role));
    return rules;
  }

  public AuthSettings settings() {
    return settings;
  }

  @Override
  public boolean enabled() {
    return settings.getEnabled();
  }

  @Override
  public long revision() {
    return settings.getRevision();
  }

  @Override
  public boolean permits(String user, Permission.Right right, ByteString key, ByteString rangeEnd) {
    KnownUser known = users.get(user);
    if (known == null) {
      return false;
    }
    if (known.view.isRoot()) {
      return true;
    }
    KeySet permitted = known.permitted(roles).get(right);
    return permitted != null && permitted.covers(KeyRange.of(key, rangeEnd));
  }

  @Override
  public @Nullable String findTokenOwner(String token, long nowMs) {
    if (settings.getTokenSecret().isEmpty()) {
      return null;
    }
    Tokens.Claims claims = Tokens.verify(settings.getTokenSecret(), token);
    if (claims == null || claims.expiresMs() <= nowMs) {
      return null;
    }
    KnownUser known = users.get(claims.user());
    return known != null && known.stored.getPasswordRevision() == claims.passwordRevision()
        ? claims.user()
        : null;
  }

  @Override
  public String newToken(String user, long expiresMs) {
    KnownUser known = requireNonNull(users.get(user), "user");
    if (!enabled()) {
      throw new IllegalStateException("cannot make a token while access control is off");
    }
    return Tokens.sign(
        settings.getTokenSecret(),
        new Tokens.Claims(expiresMs, known.stored.getPasswordRevision(), user));
  }

  @Override
  public boolean isLoginValid(String user, long loginRevision) {
    KnownUser known = users.get(user);
    return enabled()
        && known != null
        && loginRevision >= known.stored.getPasswordRevision()
        && loginRevision >= settings.getEnabledRevision();
  }

  @Override
  public @Nullable String findPasswordHash(String user) {
    KnownUser known = users.get(user);
    return known == null || known.stored.getPasswordHash().isEmpty()
        ? null
        : known.stored.getPasswordHash();
  }

  @Override
  public @Nullable UserView findUser(String name) {
    KnownUser known = users.get(name);
    return known == null ? null : known.view;
  }

  @Override
  public List<UserView> users() {
    return users.values().stream().map(user -> user.view).toList();
  }

  @Override
  public List<String> roles() {
    return List.copyOf(roles.keySet());
  }

  @Override
  public @Nullable List<Permission> findPermissions(String role) {
    AuthRole found = roles.get(role);
    return found == null ? null : found.getPermissionsList();
  }

  @Override
  public List<GrantView> grants() {
    List<GrantView> grants = new ArrayList<>();
    users.forEach(
        (name, user) ->
            addGrants(user.stored.getPermissionsList(), GrantView.Holder.USER, name, grants));
    roles.forEach(
        (name, role) -> addGrants(role.getPermissionsList(), GrantView.Holder.ROLE, name, grants));
    grants.sort(BY_DIRECTORY);
    return grants;
  }

  private static void addGrants(
      List<Permission> permissions, GrantView.Holder holder, String name, List<GrantView> grants) {
    for (Permission permission : permissions) {
      if (permission.getDirectory()) {
        grants.add(new GrantView(permission.getKey(), holder, name, permission.getRightsList()));
      }
    }
  }

  /** A user and the keys that it may access. */
  private static final class KnownUser {
    private final AuthUser stored;
    private final UserView view;

    /** Null until first needed; several threads may then compute the same value. */
    private volatile @Nullable Map<Permission.Right, KeySet> permitted;

    KnownUser(AuthUser stored) {
      this.stored = stored;
      this.view = new UserView(stored.getName(), stored.getRolesList(), stored.getNoPassword());
    }

    /** The user's own permissions combined with those of its roles. */
    Map<Permission.Right, KeySet> permitted(Map<String, AuthRole> roles) {
      Map<Permission.Right, KeySet> known = permitted;
      if (known == null) {
        Map<Permission.Right, List<KeyRange>> ranges = new EnumMap<>(Permission.Right.class);
        add(stored.getPermissionsList(), ranges);
        for (String role : stored.getRolesList()) {
          add(requireNonNull(roles.get(role), "role of a user").getPermissionsList(), ranges);
        }
        known = new EnumMap<>(Permission.Right.class);
        for (Map.Entry<Permission.Right, List<KeyRange>> entry : ranges.entrySet()) {
          known.put(entry.getKey(), new KeySet(entry.getValue()));
        }
        permitted = known;
      }
      return known;
    }

    private static void add(
        List<Permission> permissions, Map<Permission.Right, List<KeyRange>> ranges) {
      for (Permission permission : permissions) {
        for (Permission.Right right : permission.getRightsList()) {
          List<KeyRange> keys = ranges.computeIfAbsent(right, first -> new ArrayList<>());
          keys.add(KeyRange.of(permission.getKey(), permission.getRangeEnd()));
          ByteString ownKey = permission.getKey();
          if (permission.getDirectory() && ownKey.size() > 1) {
            keys.add(KeyRange.of(ownKey.substring(0, ownKey.size() - 1), ByteString.EMPTY));
          }
        }
      }
    }
  }
}
