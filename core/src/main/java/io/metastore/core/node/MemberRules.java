package io.metastore.core.node;

/**
 * Limits on changes of the members.
 *
 * @param learnersMax the number of learners that the cluster may have
 * @param strict whether a change is refused if too few voters would have been started, or if a
 *     voter cannot be reached. Changes that cannot be committed are always refused
 */
public record MemberRules(long learnersMax, boolean strict) {
  public static final MemberRules DEFAULT = new MemberRules(1, true);
}
