/**
 * Doors into Ratis that only its own package has ({@link org.apache.ratis.server.impl.CommitIndex},
 * {@link org.apache.ratis.server.impl.LostMajority}, {@link org.apache.ratis.server.impl.CaughtUp},
 * {@link org.apache.ratis.server.impl.ListenerVote}), and one class that takes the place of Ratis'
 * own: {@link org.apache.ratis.server.impl.FollowerState}. It has to have that name, and our jar
 * has to come before Ratis' on the class path; a test checks both, and that a newer Ratis asks no
 * more of the class.
 */
@NullMarked
package org.apache.ratis.server.impl;

import org.jspecify.annotations.NullMarked;
