extension Schema {
    /// Letters that wait for staff, what staff decide about them, and what they note.
    static let desk = Migration(
        version: 10, name: "the desk",
        statements: [
            // Each open letter of each lane, with what staff look for it by: so that a search reads this table alone, whatever the
            // history is like. `rules` are names between blanks; for a report its reason. `likeness` is the first letter that this
            // one is near, or its own id; `cluster` the letter that it came to join, by its text or by its client and rules.
            // `version` rises with each change that a form must not miss, `decision` is one that can still be undone. `taken_…` says
            // who looks at it, `waits_…` who wants it left alone.
            """
            CREATE TABLE review_item (
                lane TEXT NOT NULL CHECK (length(lane) > 0),
                letter {blob} NOT NULL CHECK (length(letter) = 16),
                site TEXT NOT NULL,
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                epoch INTEGER NOT NULL,
                tag BIGINT,
                verdict TEXT NOT NULL CHECK (length(verdict) > 0),
                rules TEXT NOT NULL,
                likeness {blob} NOT NULL CHECK (length(likeness) = 16),
                cluster {blob} NOT NULL CHECK (length(cluster) = 16),
                version INTEGER NOT NULL CHECK (version >= 1),
                decision {blob} CHECK (length(decision) = 16),
                taken_at BIGINT,
                taken_by TEXT,
                waits_since BIGINT,
                waits_by TEXT,
                PRIMARY KEY (lane, letter),
                CHECK ((taken_at IS NULL) = (taken_by IS NULL)),
                CHECK ((waits_since IS NULL) = (waits_by IS NULL))
            ) {clustered}
            """,
            """
            CREATE INDEX review_item_recipient ON review_item (recipient)
            """,
            // By what a new one finds those that it joins.
            """
            CREATE INDEX review_item_likeness ON review_item (likeness)
            """,
            """
            CREATE INDEX review_item_client ON review_item (epoch, tag, rules)
            WHERE tag IS NOT NULL
            """,
            // What waits already. Tags and rules stand in the entry in a form that SQL cannot read: the program adds them.
            """
            INSERT INTO review_item (
                lane, letter, site, recipient, epoch, verdict, rules, likeness, cluster, version)
            SELECT 'held', delivery.id, recipient.site, delivery.recipient, submission.epoch, submission.verdict, '',
                delivery.id, delivery.id, 1
            FROM delivery
            CROSS JOIN submission
            CROSS JOIN recipient
            WHERE delivery.state = 'held' AND delivery.due_at IS NULL AND delivery.attempts = 0
                AND delivery.kind IN ('letter', 'reply') AND submission.id = delivery.id AND submission.verdict = 'hold'
                AND recipient.id = delivery.recipient AND NOT EXISTS (
                    SELECT 1
                    FROM awaited_proof
                    WHERE awaited_proof.letter = delivery.id)
            """,
            """
            INSERT INTO review_item (
                lane, letter, site, recipient, epoch, verdict, rules, likeness, cluster, version)
            SELECT 'reported', report.letter, recipient.site, report.recipient, COALESCE(submission.epoch, 0),
                COALESCE(submission.verdict, 'accept'), report.reason, report.letter, report.letter, 1
            FROM report
            CROSS JOIN recipient
            LEFT JOIN submission ON submission.id = report.letter
            WHERE report.decided_at IS NULL AND recipient.id = report.recipient
            """,
            // One row for an action, however many letters it is about. By name, since an account may be gone.
            """
            CREATE TABLE decision (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                act TEXT NOT NULL CHECK (length(act) > 0),
                staff TEXT NOT NULL CHECK (length(staff) > 0),
                reason TEXT NOT NULL CHECK (length(reason) > 0),
                sentence TEXT CHECK (length(sentence) > 0),
                block BIGINT,
                final_at BIGINT NOT NULL,
                applied_at BIGINT,
                undone_at BIGINT,
                undone_by TEXT,
                CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
                CHECK (applied_at IS NULL OR undone_at IS NULL)
            ) {clustered}
            """,
            """
            CREATE INDEX decision_due ON decision (final_at, id)
            WHERE applied_at IS NULL AND undone_at IS NULL
            """,
            """
            CREATE INDEX decision_staff ON decision (staff, id)
            """,
            """
            CREATE INDEX decision_reason ON decision (reason, id)
            """,
            // What each was about. `passed`: somebody else had decided before it was carried out.
            """
            CREATE TABLE decision_item (
                decision {blob} NOT NULL CHECK (length(decision) = 16),
                letter {blob} NOT NULL CHECK (length(letter) = 16),
                epoch INTEGER NOT NULL,
                tag BIGINT,
                state TEXT NOT NULL CHECK (state IN ('pending', 'applied', 'passed')),
                PRIMARY KEY (decision, letter)
            ) {clustered}
            """,
            """
            CREATE INDEX decision_item_letter ON decision_item (letter, decision)
            """,
            """
            CREATE INDEX decision_item_tag ON decision_item (epoch, tag, decision)
            WHERE tag IS NOT NULL
            """,
            """
            CREATE TABLE review_note (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                letter {blob} NOT NULL CHECK (length(letter) = 16),
                author TEXT NOT NULL CHECK (length(author) > 0),
                text TEXT NOT NULL CHECK (length(text) > 0)
            ) {clustered}
            """,
            """
            CREATE INDEX review_note_letter ON review_note (letter, id)
            """,
            // What a member of staff has set for themselves: whether single keys press buttons.
            """
            CREATE TABLE staff_preference (
                account {blob} NOT NULL PRIMARY KEY CHECK (length(account) = 16),
                has_keys INTEGER NOT NULL
            ) {clustered}
            """,
        ])
}
