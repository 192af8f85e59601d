-- Times are whole microseconds since 1970, UTC: they order as numbers and lose nothing a person or a lease needs.

create table events (
    place integer primary key,
    stream text not null,
    version integer not null,
    type text not null,
    body text not null,
    at integer not null,
    via text not null,
    hash text not null
);
create unique index events_stream on events (stream, version);

-- The last event's place and hash: what is cut off the end of the chain is missed by it.
create table chain (
    one integer primary key check (one = 1),
    place integer not null,
    hash text not null
);

create table deliveries (
    key text primary key,
    answer text not null,
    at integer not null
) without rowid;
create index deliveries_at on deliveries (at);

-- autoincrement: an id is never given twice, so a claim that was lost can't come to mean another item.
create table work (
    id integer primary key autoincrement,
    kind text not null,
    key text not null,
    lane text not null,
    due integer not null,
    payload text not null,
    owner text,
    attempt integer not null default 0,
    first_claimed_at integer,
    lease_until integer
);
create unique index work_waiting on work (key) where owner is null;
-- Everything a claim asks of an item that it passes over is in the index.
create index work_due on work (due, id, lane, kind) where owner is null;
create index work_lease on work (lease_until) where owner is not null;
create index work_busy on work (lane, lease_until) where owner is not null;

create table runs (
    number integer primary key,
    kind text not null,
    service text not null,
    environment text not null,
    version text not null,
    from_version text,
    status text not null,
    open integer not null,
    by text not null,
    opened_at integer not null,
    updated_at integer not null,
    closed_at integer,
    says text not null,
    own_ms integer not null
);
create index runs_place on runs (service, environment, number);
create index runs_open on runs (number) where open = 1;
create index runs_open_place on runs (service, environment, number) where open = 1;

create table live (
    service text not null,
    environment text not null,
    version text not null,
    previous_version text,
    run integer not null,
    by text not null,
    at integer not null,
    primary key (service, environment)
) without rowid;
