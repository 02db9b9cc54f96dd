"""Counts and prints the differences between a real etcd and our server. Imported by the suites http and tls."""


class Comparison:
    def __init__(self, suite):
        self.suite = suite
        self.same = 0
        self.known = []
        self.different = []

    def add(self, name, etcds, ours, reason=None):
        """Compares two texts.

        reason: why they may differ; None if they must be equal
        """
        if etcds == ours:
            self.same += 1
        elif reason:
            self.known.append("%s: %s" % (name, reason))
        else:
            self.different.append("%s\n  etcd: %s\n  ours: %s" % (name, indented(etcds), indented(ours)))

    def finish(self):
        """Prints the result, and returns the exit status: 1 if there are unexpected differences."""
        for difference in self.known:
            print("known: " + difference)
        for difference in self.different:
            print("DIFFERENT: " + difference)
        print("%s: %d equal, %d known differences, %d unexpected differences"
              % (self.suite, self.same, len(self.known), len(self.different)))
        return 1 if self.different else 0


def indented(text):
    return text.replace("\n", "\n        ")[:600]
