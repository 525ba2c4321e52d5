extension Schema {
    /// Letters can be answered. Links, conversations, replies and mutes; deliveries of more kinds than two.
    static let conversations = Migration(version: 6, name: "conversations", statements: newDeliveries + conversationTables)

    /// The tables of deliveries and attempts, made again: no store can widen a CHECK. The attempts refer to the deliveries, so they are
    /// copied too, and are dropped first.
    private static let newDeliveries: [StaticString] = [
        """
        DROP VIEW delivery_line
        """,
        """
        DROP VIEW delivery_epoch
        """,
        // `kind` is listed in the program alone: this table is not to be copied again for the next one. `letter` is the letter or
        // reply whose seal is sent: its own, or that of which it is a copy.
        """
        CREATE TABLE new_delivery (
            id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            recipient {blob} NOT NULL REFERENCES recipient (id),
            kind TEXT NOT NULL CHECK (length(kind) > 0),
            letter {blob} CHECK (length(letter) = 16),
            epoch INTEGER NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN ('ready', 'leased', 'held', 'delivered', 'failed', 'expired', 'dropped')),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            uncertain INTEGER NOT NULL CHECK (uncertain >= 0),
            accepted_at BIGINT NOT NULL,
            released_at BIGINT,
            due_at BIGINT,
            lease {blob} CHECK (length(lease) = 16),
            lease_until BIGINT,
            finished_at BIGINT,
            reason TEXT,
            message_token TEXT NOT NULL,
            envelope_token TEXT NOT NULL,
            CHECK ((state IN ('ready', 'leased')) = (due_at IS NOT NULL)),
            CHECK ((state = 'leased') = (lease IS NOT NULL)),
            CHECK ((lease IS NULL) = (lease_until IS NULL)),
            CHECK ((state IN ('delivered', 'failed', 'expired', 'dropped')) = (finished_at IS NOT NULL)),
            CHECK (state <> 'held' OR reason IS NOT NULL)
        ) {clustered}
        """,
        """
        INSERT INTO new_delivery (
            id, recipient, kind, letter, epoch, state, attempts, uncertain, accepted_at, released_at, due_at, lease, lease_until,
            finished_at, reason, message_token, envelope_token)
        SELECT id, recipient, kind, CASE kind WHEN 'letter' THEN id END, epoch, state, attempts, uncertain, accepted_at,
            released_at, due_at, lease, lease_until, finished_at, reason, message_token, envelope_token
        FROM delivery
        ORDER BY id
        """,
        """
        CREATE TABLE new_attempt (
            delivery {blob} NOT NULL REFERENCES new_delivery (id),
            number INTEGER NOT NULL CHECK (number >= 1),
            lease {blob} NOT NULL CHECK (length(lease) = 16),
            started_at BIGINT NOT NULL,
            ended_at BIGINT,
            outcome TEXT
                CHECK (outcome IN ('delivered', 'deferred', 'failed', 'uncertain', 'our-fault', 'muted', 'interrupted')),
            stage TEXT,
            code INTEGER,
            enhanced TEXT,
            text TEXT,
            PRIMARY KEY (delivery, number),
            CHECK ((ended_at IS NULL) = (outcome IS NULL))
        ) {clustered}
        """,
        """
        INSERT INTO new_attempt (delivery, number, lease, started_at, ended_at, outcome, stage, code, enhanced, text)
        SELECT delivery, number, lease, started_at, ended_at, outcome, stage, code, enhanced, text
        FROM attempt
        ORDER BY delivery, number
        """,
        """
        DROP TABLE attempt
        """,
        """
        DROP TABLE delivery
        """,
        """
        ALTER TABLE new_delivery RENAME TO delivery
        """,
        """
        ALTER TABLE new_attempt RENAME TO attempt
        """,
        // What the indexes are for is said where they were made first.
        """
        CREATE INDEX delivery_due ON delivery (due_at, id, state)
        WHERE state = 'ready'
        """,
        """
        CREATE INDEX delivery_lease ON delivery (lease, lease_until)
        WHERE state = 'leased'
        """,
        """
        CREATE INDEX delivery_still ON delivery (state, id, due_at)
        WHERE due_at IS NULL
        """,
        """
        CREATE INDEX delivery_recipient ON delivery (epoch, recipient, id)
        """,
        // Mails that nobody posted: they are counted, and forgotten by themselves.
        """
        CREATE INDEX delivery_service ON delivery (id, kind)
        WHERE kind NOT IN ('letter', 'reply')
        """,
        // From one epoch that there is to the next, in the index: by counting days, a row with an absurd one would take for ever.
        """
        CREATE VIEW delivery_epoch AS
        WITH RECURSIVE day (epoch) AS (
            SELECT MIN(epoch)
            FROM delivery
            UNION ALL
            SELECT (
                SELECT MIN(delivery.epoch)
                FROM delivery
                WHERE delivery.epoch > day.epoch)
            FROM day
            WHERE day.epoch IS NOT NULL)
        SELECT epoch
        FROM day
        WHERE epoch IS NOT NULL
        """,
        """
        CREATE VIEW delivery_line AS
        SELECT delivery.id, delivery.recipient, recipient.site, recipient.handle, delivery.kind, delivery.state,
            delivery.attempts, delivery.uncertain, delivery.accepted_at, delivery.due_at, delivery.lease_until,
            delivery.finished_at, delivery.reason, attempt.outcome, attempt.stage, attempt.code, attempt.enhanced,
            attempt.text
        FROM delivery
        CROSS JOIN recipient
        LEFT JOIN attempt ON attempt.delivery = delivery.id AND attempt.number = delivery.attempts
        WHERE recipient.id = delivery.recipient
        """,
    ]

    private static let conversationTables: [StaticString] = [
        // Under the id of the letter that began it. `summary` is sealed under a key that links alone give; `proof` is the vault's
        // word that the visitor's mailbox was reached.
        """
        CREATE TABLE conversation (
            id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            recipient {blob} NOT NULL,
            summary {blob} NOT NULL CHECK (length(summary) > 0),
            closed_at BIGINT,
            closed_by TEXT CHECK (closed_by IN ('recipient', 'visitor')),
            proof {blob} CHECK (length(proof) > 0),
            CHECK ((closed_at IS NULL) = (closed_by IS NULL))
        ) {clustered}
        """,
        // Digests come in no order: by second first, new ones lie together at the end. `summary_key` is masked by the link's token.
        """
        CREATE TABLE link (
            made_at BIGINT NOT NULL,
            digest {blob} NOT NULL CHECK (length(digest) = 16),
            purpose TEXT NOT NULL CHECK (length(purpose) > 0),
            conversation {blob} NOT NULL CHECK (length(conversation) = 16),
            summary_key {blob} NOT NULL CHECK (length(summary_key) = 16),
            PRIMARY KEY (made_at, digest)
        ) {clustered}
        """,
        // Replies and their copies, by the id of their delivery.
        """
        CREATE TABLE reply (
            id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            conversation {blob} NOT NULL CHECK (length(conversation) = 16),
            author TEXT NOT NULL CHECK (author IN ('recipient', 'visitor')),
            kind TEXT NOT NULL CHECK (kind IN ('reply', 'copy'))
        ) {clustered}
        """,
        """
        CREATE INDEX reply_conversation ON reply (conversation, id)
        """,
        // Whom recipients have muted, by the name that the vault gives a visitor for each recipient.
        """
        CREATE TABLE mute (
            recipient {blob} NOT NULL CHECK (length(recipient) = 16),
            visitor {blob} NOT NULL CHECK (length(visitor) = 16),
            conversation {blob} NOT NULL CHECK (length(conversation) = 16),
            created_at BIGINT NOT NULL,
            PRIMARY KEY (recipient, visitor)
        ) {clustered}
        """,
    ]
}
