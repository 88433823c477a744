/**
 * The tables of `procession.db`. Each script takes the database one `user_version` further; a script that was
 * released is never changed.
 *
 * Instants are milliseconds since 1970. `settled_at` is set when nothing more will happen to a delivery by itself or
 * by people but forgetting it (`done`, `dropped`); open deliveries have none, which keeps their index small. A dropped delivery is a bare key.
 * All `working` deliveries of an engagement belong to its one row in `claims`.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    engagement TEXT,
    payload TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'working', 'done', 'dead', 'dropped')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    reason TEXT,
    settled_at INTEGER,
    UNIQUE (source, dedupe_key),
    CHECK ((settled_at IS NOT NULL) = (state IN ('done', 'dropped'))),
    CHECK (engagement IS NOT NULL OR state IN ('dead', 'dropped'))
  ) STRICT;
  CREATE INDEX deliveries_due ON deliveries (engagement, not_before) WHERE state = 'waiting';
  CREATE INDEX deliveries_open ON deliveries (engagement, state, received_at) WHERE settled_at IS NULL;
  CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE settled_at IS NOT NULL;

  CREATE TABLE claims (
    engagement TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    lease_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    engagement TEXT,
    event TEXT NOT NULL,
    request_id TEXT NOT NULL,
    rule TEXT,
    action TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('done', 'skipped', 'failed')),
    detail TEXT
  ) STRICT;
  CREATE INDEX audit_engagement ON audit (engagement, id);
  CREATE TRIGGER audit_keeps_lines BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  `,
  // Lines may go when they are old: 90 days.
  `
  DROP TRIGGER audit_keeps_all;
  CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit WHEN OLD.at > (unixepoch() - 7776000) * 1000
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only for 90 days'); END;
  CREATE INDEX audit_at ON audit (at);
  `,
  // What sweeps have looked at; `updated_at` as GitLab gave it, because it is only ever compared.
  `
  CREATE TABLE looks (
    engagement TEXT PRIMARY KEY,
    updated_at TEXT NOT NULL,
    fingerprint TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Columns that `toDelivery` reads, for SELECT and RETURNING. */
export const DELIVERY_COLUMNS =
  'id, source, dedupe_key, kind, engagement, payload, received_at, request_id, state, attempts, not_before, reason';
