extension Schema {
    /// Members hold the reins: what they have decided, their sessions, changes of addresses, invitations, sites' tokens, reports.
    ///
    /// Columns are added without a CHECK where tables are large, and no index is made of them: both would read every row. What such
    /// a column may hold, the program checks.
    static let members = Migration(
        version: 7, name: "members",
        statements: [
            """
            ALTER TABLE recipient ADD COLUMN paused_until BIGINT
            """,
            // Null: as the site has it.
            """
            ALTER TABLE recipient ADD COLUMN writers TEXT
            """,
            """
            ALTER TABLE recipient ADD COLUMN daily_letters INTEGER
            """,
            """
            ALTER TABLE recipient ADD COLUMN mail_form TEXT
            """,
            """
            ALTER TABLE site ADD COLUMN joining TEXT NOT NULL DEFAULT 'off' CHECK (joining IN ('off', 'open', 'invitation'))
            """,
            """
            ALTER TABLE site ADD COLUMN writers TEXT NOT NULL DEFAULT 'anyone' CHECK (writers IN ('anyone', 'proven'))
            """,
            // The summary's key, masked by what only the vault can make again for this recipient and day.
            """
            ALTER TABLE conversation ADD COLUMN ledger_key {blob}
            """,
            // The links of its first letter, packed; null for a conversation that began before, whose links are rows of `link`.
            """
            ALTER TABLE conversation ADD COLUMN links {blob}
            """,
            // Which pauses end by themselves. What holds is the recipient's own column.
            """
            CREATE TABLE pause_end (
                ends_at BIGINT NOT NULL,
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                PRIMARY KEY (ends_at, recipient)
            ) {clustered}
            """,
            // Which letters have a place on a day, to recipients who take so many a day.
            """
            CREATE TABLE daily_letter (
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                day INTEGER NOT NULL,
                letter {blob} NOT NULL CHECK (length(letter) = 16),
                PRIMARY KEY (recipient, day, letter)
            ) {clustered}
            """,
            """
            CREATE INDEX daily_letter_day ON daily_letter (day)
            """,
            // Which letter was the first that went out to its recipient: it says what this is.
            """
            CREATE TABLE first_letter (
                recipient {blob} NOT NULL PRIMARY KEY CHECK (length(recipient) = 16),
                letter {blob} NOT NULL CHECK (length(letter) = 16)
            ) {clustered}
            """,
            // Letters that wait, held, until their visitor has proved the address.
            """
            CREATE TABLE awaited_proof (
                letter {blob} NOT NULL PRIMARY KEY CHECK (length(letter) = 16)
            ) {clustered}
            """,
            // Kept for as long as it can be undone. Two sealed addresses make the rows long.
            """
            CREATE TABLE address_change (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                recipient {blob} NOT NULL UNIQUE CHECK (length(recipient) = 16),
                former_version INTEGER NOT NULL CHECK (former_version >= 1),
                former_seal {blob} NOT NULL CHECK (length(former_seal) > 0),
                former_authorisation {blob} NOT NULL CHECK (length(former_authorisation) > 0),
                next_version INTEGER NOT NULL CHECK (next_version >= 1),
                next_seal {blob} NOT NULL CHECK (length(next_seal) > 0),
                next_authorisation {blob} NOT NULL CHECK (length(next_authorisation) > 0),
                confirmed_at BIGINT,
                undone_at BIGINT
            )
            """,
            // By the link that was traded for it, which begins with its moment and works once. The content is sealed under the
            // cookie; null once the session was ended.
            """
            CREATE TABLE member_session (
                link {blob} NOT NULL PRIMARY KEY CHECK (length(link) = 16),
                digest {blob} NOT NULL UNIQUE CHECK (length(digest) = 16),
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                content {blob} CHECK (length(content) > 0),
                made_at BIGINT NOT NULL,
                ends_at BIGINT NOT NULL
            ) {clustered}
            """,
            """
            CREATE INDEX member_session_recipient ON member_session (recipient)
            """,
            // Digests come in no order: by second first, new ones lie together at the end, as with links.
            """
            CREATE TABLE invitation (
                made_at BIGINT NOT NULL,
                digest {blob} NOT NULL CHECK (length(digest) = 16),
                site TEXT NOT NULL REFERENCES site (id),
                handle TEXT CHECK (length(handle) BETWEEN 1 AND 64),
                ends_at BIGINT NOT NULL,
                used_at BIGINT,
                recipient {blob} CHECK (length(recipient) = 16),
                PRIMARY KEY (made_at, digest),
                CHECK ((used_at IS NULL) = (recipient IS NULL))
            ) {clustered}
            """,
            """
            CREATE INDEX invitation_end ON invitation (ends_at)
            """,
            """
            CREATE INDEX invitation_recipient ON invitation (recipient)
            WHERE recipient IS NOT NULL
            """,
            // Who has begun to join by themselves and not confirmed the address, with the version of the record: if it is another by
            // then, an operator or a site has taken it in hand.
            """
            CREATE TABLE unconfirmed_join (
                recipient {blob} NOT NULL PRIMARY KEY CHECK (length(recipient) = 16),
                record_version INTEGER NOT NULL CHECK (record_version >= 1),
                ends_at BIGINT NOT NULL
            ) {clustered}
            """,
            """
            CREATE INDEX unconfirmed_join_end ON unconfirmed_join (ends_at)
            """,
            """
            CREATE TABLE site_token (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                site TEXT NOT NULL REFERENCES site (id),
                scope TEXT NOT NULL CHECK (length(scope) > 0),
                digest {blob} NOT NULL CHECK (length(digest) = 16),
                made_at BIGINT NOT NULL,
                used_at BIGINT,
                revoked_at BIGINT
            ) {clustered}
            """,
            // A letter's text, sealed for staff, and what its recipient says of it. One report for each letter.
            """
            CREATE TABLE report (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                letter {blob} NOT NULL UNIQUE CHECK (length(letter) = 16),
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                reason TEXT NOT NULL CHECK (length(reason) > 0),
                seal {blob} NOT NULL CHECK (length(seal) > 0),
                made_at BIGINT NOT NULL,
                decided_at BIGINT,
                decision TEXT CHECK (length(decision) > 0),
                reason_code TEXT CHECK (length(reason_code) > 0),
                CHECK ((decided_at IS NULL) = (decision IS NULL))
            )
            """,
            """
            CREATE INDEX report_recipient ON report (recipient)
            """,
            """
            CREATE INDEX report_open ON report (id) WHERE decided_at IS NULL
            """,
        ])
}
