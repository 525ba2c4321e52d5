extension Schema {
    /// Leases belong to nodes, numbers come from the store, and tables and columns have the field's names.
    static let nodes = Migration(
        version: 3, name: "nodes, counters and usual names",
        statements: [
            // A name that only a lease's node and number make up; what was leased before has neither. Nobody holds those leases:
            // the relay that claimed them has ended.
            """
            UPDATE attempt
            SET ended_at = started_at, outcome = 'interrupted', text = 'the relay ended before the outcome was known'
            WHERE ended_at IS NULL AND delivery IN (
                SELECT id
                FROM delivery
                WHERE state = 'leased')
            """,
            """
            UPDATE delivery
            SET state = 'ready', uncertain = uncertain + 1, lease = NULL, lease_until = NULL
            WHERE state = 'leased'
            """,
            """
            CREATE TABLE node (
                id BIGINT NOT NULL PRIMARY KEY CHECK (id > 0),
                name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
                starts BIGINT NOT NULL CHECK (starts > 0),
                started_at BIGINT NOT NULL
            )
            """,
            // An update of its row is what keeps two relays from taking one number.
            """
            CREATE TABLE counter (
                name TEXT NOT NULL PRIMARY KEY,
                last BIGINT NOT NULL CHECK (last >= 0)
            )
            """,
            """
            INSERT INTO counter (name, last)
            SELECT 'block', COALESCE(MAX(id), 0)
            FROM block
            """,
            """
            INSERT INTO counter (name, last)
            VALUES ('node', 0)
            """,
            // A view keeps the name that a column had: made again, it shows the new one on every store.
            """
            DROP VIEW delivery_line
            """,
            """
            ALTER TABLE delivery RENAME COLUMN mailing TO kind
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
            """
            ALTER TABLE idempotency RENAME TO idempotency_record
            """,
            """
            ALTER TABLE chore RENAME TO maintenance_record
            """,
            """
            ALTER TABLE pulse RENAME TO write_probe
            """,
        ])
}
