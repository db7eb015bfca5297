-- SPDX-License-Identifier: Apache-2.0
-- 0002-unknown.sql - version 2 of journal.db: results that nobody knows, events that were
-- lost; what is meant stands in schema.sql.

CREATE TABLE losses (
    key           INTEGER PRIMARY KEY,
    program       INTEGER,
    events        INTEGER NOT NULL
) STRICT;

DROP VIEW journal_messages;
DROP VIEW journal_recipients;

CREATE VIEW journal_messages AS
    SELECT m.key,
           (SELECT i.id FROM message_ids i WHERE i.key = m.key) AS id,
           strftime('%Y-%m-%dT%H:%M:%fZ', (m.key >> 10) / 1e6, 'unixepoch') AS time,
           CASE WHEN m.known = 0 THEN 'unknown'
                WHEN EXISTS (SELECT 1 FROM recipients r
                             WHERE r.message = m.key AND r.result = 0) THEN 'queued'
                WHEN EXISTS (SELECT 1 FROM recipients r
                             WHERE r.message = m.key AND r.result = 7) THEN 'unknown'
                ELSE 'done' END AS state,
           CASE m.origin WHEN 0 THEN 'client' WHEN 1 THEN 'bounce' WHEN 2 THEN 'notice'
                WHEN 3 THEN 'forward' ELSE 'replay' END AS origin,
           (SELECT i.id FROM message_ids i, messages o
            WHERE o.id = m.parent AND i.key = o.key) AS parent,
           t.text AS tenant, l.text AS listener, p.text AS protocol, s.text AS tls,
           c.address AS client, c.name AS client_name, m.helo, u.name AS login,
           a.address AS sender, m.size, m.recipients,
           m.subject, m.message_id, coalesce(m.header_from, a.address) AS header_from
    FROM messages m
         LEFT JOIN labels t ON t.id = m.tenant
         LEFT JOIN labels l ON l.id = m.listener
         LEFT JOIN labels p ON p.id = m.protocol
         LEFT JOIN labels s ON s.id = m.tls
         LEFT JOIN clients c ON c.id = m.client
         LEFT JOIN accounts u ON u.id = m.account
         LEFT JOIN addresses a ON a.id = m.sender
    WHERE m.kind = 0;

CREATE VIEW journal_recipients AS
    SELECT r.message AS key,
           (SELECT i.id FROM message_ids i WHERE i.key = r.message) AS id,
           strftime('%Y-%m-%dT%H:%M:%fZ', (r.message >> 10) / 1e6, 'unixepoch') AS time,
           a.address, o.address AS original,
           CASE r.result WHEN 0 THEN 'waiting' WHEN 1 THEN 'delivered' WHEN 2 THEN 'failed'
                WHEN 3 THEN 'expired' WHEN 4 THEN 'deleted' WHEN 5 THEN 'forwarded'
                WHEN 6 THEN 'refused' ELSE 'unknown' END AS result,
           r.enhanced, r.reply, y.text AS relay, s.text AS tls,
           strftime('%Y-%m-%dT%H:%M:%fZ', r.first / 1e6, 'unixepoch') AS first_attempt,
           strftime('%Y-%m-%dT%H:%M:%fZ', r.last / 1e6, 'unixepoch') AS last_attempt,
           r.attempts,
           CASE WHEN r.result NOT IN (0, 7) THEN (r.last - (r.message >> 10)) / 1e6 END AS delay
    FROM recipients r
         JOIN addresses a ON a.id = r.address
         LEFT JOIN addresses o ON o.id = r.original
         LEFT JOIN labels y ON y.id = r.relay
         LEFT JOIN labels s ON s.id = r.tls;

CREATE VIEW journal_losses AS
    SELECT x.key,
           strftime('%Y-%m-%dT%H:%M:%fZ', (x.key >> 10) / 1e6, 'unixepoch') AS time,
           p.text AS program, x.events
    FROM losses x LEFT JOIN labels p ON p.id = x.program;
