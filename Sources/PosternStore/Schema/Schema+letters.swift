extension Schema {
    /// Sites, recipients, and a letter's way from submission to outcome.
    ///
    /// Ids begin with their milliseconds: new rows go to the end of every tree, and old ones are found at its beginning. Two
    /// trees are not in order of time. Each letter makes them write a page of its own, so both are kept to the size of a day
    /// or two: the digests of idempotency keys expire, and the recipients' deliveries are indexed by epoch first.
    static let letters = Migration(
        version: 1, name: "letters and their deliveries",
        statements: [
            """
            CREATE TABLE site (
                id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 40),
                name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
                origins TEXT NOT NULL,
                accent TEXT,
                logo_kind TEXT,
                logo_version TEXT,
                introductions TEXT NOT NULL,
                languages TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                CHECK ((logo_kind IS NULL) = (logo_version IS NULL))
            )
            """,
            // Apart from the site, which is read for every page.
            """
            CREATE TABLE site_logo (
                site TEXT NOT NULL PRIMARY KEY REFERENCES site (id),
                content {blob} NOT NULL CHECK (length(content) > 0)
            )
            """,
            // A sealed address of 1.4 kB makes these rows long; a foreign key's check must not have to read them, which is
            // why this table is not clustered.
            """
            CREATE TABLE recipient (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                site TEXT NOT NULL REFERENCES site (id),
                handle TEXT NOT NULL CHECK (length(handle) BETWEEN 1 AND 64),
                name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
                language TEXT NOT NULL CHECK (length(language) BETWEEN 2 AND 8),
                state TEXT NOT NULL CHECK (state IN ('unconfirmed', 'active', 'paused', 'erased')),
                record_version INTEGER NOT NULL CHECK (record_version >= 1),
                seal {blob} CHECK (length(seal) > 0),
                authorisation {blob} CHECK (length(authorisation) > 0),
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (site, handle),
                CHECK ((state = 'erased') = (seal IS NULL)),
                CHECK ((seal IS NULL) = (authorisation IS NULL))
            )
            """,
            // The log: one row for every submission, refused ones included; of a flood of refusals the first, which counts the
            // others. Tags are eight bytes each, narrowest first; a row for refusals from everywhere has none.
            """
            CREATE TABLE submission (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                at BIGINT NOT NULL,
                site TEXT NOT NULL,
                handle TEXT NOT NULL,
                recipient {blob} REFERENCES recipient (id),
                verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'hold', 'refuse')),
                rules TEXT NOT NULL,
                tags {blob} NOT NULL CHECK (length(tags) % 8 = 0),
                evidence {blob} CHECK (length(evidence) > 0),
                letter_bytes INTEGER NOT NULL CHECK (letter_bytes >= 0),
                repeats INTEGER NOT NULL CHECK (repeats >= 0),
                epoch INTEGER NOT NULL,
                CHECK (verdict = 'refuse' OR recipient IS NOT NULL),
                CHECK (verdict = 'refuse' OR evidence IS NOT NULL)
            ) {clustered}
            """,
            // By what the log is searched. Tags and recipients come in no order: by epoch first, what one day writes to lies
            // together, as with the recipients' deliveries below. No foreign key: to check it, the end of an entry would have
            // to look through all tags and rules.
            """
            CREATE TABLE submission_tag (
                epoch INTEGER NOT NULL,
                tag BIGINT NOT NULL,
                submission {blob} NOT NULL,
                PRIMARY KEY (epoch, tag, submission)
            ) {clustered}
            """,
            """
            CREATE TABLE submission_rule (
                rule TEXT NOT NULL,
                verdict TEXT NOT NULL,
                submission {blob} NOT NULL,
                PRIMARY KEY (rule, verdict, submission)
            ) {clustered}
            """,
            """
            CREATE INDEX submission_recipient ON submission (epoch, recipient, id)
            WHERE recipient IS NOT NULL
            """,
            """
            CREATE INDEX submission_not_accepted ON submission (verdict, id)
            WHERE verdict <> 'accept'
            """,
            // Counts what was accepted, without reading the log. Here and below a column that the condition fixes is in the
            // index all the same: SQLite reads the row to look at it otherwise.
            """
            CREATE INDEX submission_accepted ON submission (id, verdict)
            WHERE verdict <> 'refuse'
            """,
            // The letter itself, apart from its delivery, whose state changes: nearly two kilobytes that are written once.
            """
            CREATE TABLE letter (
                id {blob} NOT NULL PRIMARY KEY REFERENCES submission (id),
                seal {blob} NOT NULL CHECK (length(seal) > 0)
            )
            """,
            """
            CREATE TABLE delivery (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                recipient {blob} NOT NULL REFERENCES recipient (id),
                mailing TEXT NOT NULL CHECK (mailing IN ('letter', 'confirmation')),
                epoch INTEGER NOT NULL,
                state TEXT NOT NULL
                    CHECK (state IN ('ready', 'leased', 'held', 'delivered', 'failed', 'expired', 'dropped')),
                attempts INTEGER NOT NULL CHECK (attempts >= 0),
                uncertain INTEGER NOT NULL CHECK (uncertain >= 0),
                accepted_at BIGINT NOT NULL,
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
            // What to claim next: as long as the queue, not as long as the history.
            """
            CREATE INDEX delivery_due ON delivery (due_at, id, state)
            WHERE state = 'ready'
            """,
            // What is under way: a few hundred at most, so that the end of leases is found by looking at all of them.
            """
            CREATE INDEX delivery_lease ON delivery (lease, lease_until)
            WHERE state = 'leased'
            """,
            // What is held or has ended. An index over all states would draw the planner away from the two above, to a
            // million rows that have the state and not the rest.
            """
            CREATE INDEX delivery_still ON delivery (state, id, due_at)
            WHERE due_at IS NULL
            """,
            // A recipient's letters, which somebody asks for now and then. By recipient alone, a store with a million of them
            // would write a page anywhere in a large tree for each letter; the price of this one is a look into each epoch.
            """
            CREATE INDEX delivery_recipient ON delivery (epoch, recipient, id)
            """,
            """
            CREATE VIEW delivery_epoch AS
            WITH RECURSIVE day (epoch, last) AS (
                SELECT MIN(epoch), (
                    SELECT MAX(epoch)
                    FROM delivery)
                FROM delivery
                UNION ALL
                SELECT epoch + 1, last
                FROM day
                WHERE epoch < last)
            SELECT epoch
            FROM day
            WHERE epoch IS NOT NULL
            """,
            """
            CREATE INDEX delivery_confirmation ON delivery (id, mailing)
            WHERE mailing = 'confirmation'
            """,
            """
            CREATE TABLE attempt (
                delivery {blob} NOT NULL REFERENCES delivery (id),
                number INTEGER NOT NULL CHECK (number >= 1),
                lease {blob} NOT NULL CHECK (length(lease) = 16),
                started_at BIGINT NOT NULL,
                ended_at BIGINT,
                outcome TEXT
                    CHECK (outcome IN ('delivered', 'deferred', 'failed', 'uncertain', 'our-fault', 'interrupted')),
                stage TEXT,
                code INTEGER,
                enhanced TEXT,
                text TEXT,
                PRIMARY KEY (delivery, number),
                CHECK ((ended_at IS NULL) = (outcome IS NULL))
            ) {clustered}
            """,
            """
            CREATE TABLE idempotency (
                key {blob} NOT NULL PRIMARY KEY CHECK (length(key) = 32),
                body {blob} NOT NULL CHECK (length(body) = 32),
                letter {blob} NOT NULL CHECK (length(letter) = 16),
                expires_at BIGINT NOT NULL
            ) {clustered}
            """,
            """
            CREATE INDEX idempotency_expiry ON idempotency (expires_at)
            """,
            // What accepted letters were counted under, for limits that survive a restart.
            """
            CREATE TABLE limit_mark (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                epoch INTEGER NOT NULL,
                keys {blob} NOT NULL CHECK (length(keys) > 0)
            ) {clustered}
            """,
            """
            CREATE TABLE block (
                id BIGINT NOT NULL PRIMARY KEY CHECK (id > 0),
                kind TEXT NOT NULL CHECK (kind IN ('tag', 'prefix', 'domain', 'text')),
                mark TEXT NOT NULL,
                epoch INTEGER,
                effect TEXT NOT NULL CHECK (effect IN ('hold', 'refuse')),
                reason TEXT NOT NULL,
                added_at BIGINT NOT NULL,
                expires_at BIGINT,
                removed_at BIGINT,
                CHECK ((kind = 'tag') = (epoch IS NOT NULL))
            )
            """,
            // When a chore was done last, for the privacy statement and for staff.
            """
            CREATE TABLE chore (
                name TEXT NOT NULL PRIMARY KEY,
                done_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE pulse (
                id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
                at BIGINT NOT NULL
            )
            """,
            // A delivery as a person wants to see it. CROSS JOIN keeps the order of the tables where a planner might think
            // of beginning with a site's million recipients.
            """
            CREATE VIEW delivery_line AS
            SELECT delivery.id, delivery.recipient, recipient.site, recipient.handle, delivery.mailing, delivery.state,
                delivery.attempts, delivery.uncertain, delivery.accepted_at, delivery.due_at, delivery.lease_until,
                delivery.finished_at, delivery.reason, attempt.outcome, attempt.stage, attempt.code, attempt.enhanced,
                attempt.text
            FROM delivery
            CROSS JOIN recipient
            LEFT JOIN attempt ON attempt.delivery = delivery.id AND attempt.number = delivery.attempts
            WHERE recipient.id = delivery.recipient
            """,
        ])
}
