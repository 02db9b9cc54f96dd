/**
 * Doors into Ratis that only its own package has ({@link org.apache.ratis.server.impl.CommitIndex},
 * {@link org.apache.ratis.server.impl.LostMajority}, {@link org.apache.ratis.server.impl.CaughtUp},
 * {@link org.apache.ratis.server.impl.ListenerVote}), and two classes that take the place of Ratis'
 * own: {@link org.apache.ratis.server.impl.FollowerState}, and {@link
 * org.apache.ratis.server.impl.ServerImplUtils} with {@link
 * org.apache.ratis.server.impl.PendingAppends}. They have the same names; the module "ratis" leaves
 * Ratis' own out.
 */
@NullMarked
package org.apache.ratis.server.impl;

import org.jspecify.annotations.NullMarked;
