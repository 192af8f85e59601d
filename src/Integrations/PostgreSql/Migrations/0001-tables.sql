create sequence run_numbers;

create table events (
    place bigint not null unique,
    stream text not null,
    version bigint not null,
    type text not null,
    body text not null,
    at timestamptz not null,
    via text not null,
    hash bytea not null,
    primary key (stream, version)
);

-- The last event's place and hash: what is cut off the end of the chain is missed by it.
create table chain (
    one integer primary key check (one = 1),
    place bigint not null,
    hash bytea not null
);
insert into chain values (1, 0, decode(repeat('00', 32), 'hex'));

create function link(text) returns bytea language sql immutable as
    $$ select convert_to(octet_length(convert_to($1, 'UTF8')) || ':' || $1, 'UTF8') $$;

-- Appends events to a stream, each linked to the one before it, whichever stream that was of. Answers how many: fewer than there are when somebody else appended first.
-- Whoever appends holds the end of the chain until the transaction ends, so there is one order.
create function append_events(of_stream text, after_version bigint, types text[], bodies text[], at_time timestamptz, via_key text) returns bigint language plpgsql as $$
declare
    head chain%rowtype;
    micros text := (extract(epoch from at_time) * 1000000)::bigint::text;
begin
    select * into strict head from chain for update;
    for i in 1 .. coalesce(array_length(types, 1), 0) loop
        head.place := head.place + 1;
        head.hash := sha256(head.hash || link(of_stream) || link((after_version + i)::text) || link(types[i]) || link(bodies[i]) || link(micros) || link(via_key));
        insert into events (place, stream, version, type, body, at, via, hash)
            values (head.place, of_stream, after_version + i, types[i], bodies[i], at_time, via_key, head.hash)
            on conflict (stream, version) do nothing;
        if not found then return i - 1; end if;
    end loop;
    update chain set place = head.place, hash = head.hash;
    return coalesce(array_length(types, 1), 0);
end $$;

create table deliveries (
    key text primary key,
    answer text not null,
    at timestamptz not null
);
create index deliveries_at on deliveries (at);

create sequence work_ids;

create table work (
    id bigint primary key default nextval('work_ids'),
    kind text not null,
    key text not null,
    lane text not null,
    due timestamptz not null,
    payload text not null,
    owner text,
    attempt integer not null default 0,
    first_claimed_at timestamptz,
    lease_until timestamptz
);
create unique index work_waiting on work (key) where owner is null;
create index work_due on work (due, id) include (lane, kind) where owner is null;
create index work_lease on work (lease_until) where owner is not null;
create index work_busy on work (lane, lease_until) where owner is not null;

create table runs (
    number bigint primary key,
    kind text not null,
    service text not null,
    environment text not null,
    version text not null,
    from_version text,
    status text not null,
    open boolean not null,
    by text not null,
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    says text not null,
    own_ms bigint not null
);
create index runs_place on runs (service, environment, number);
create index runs_open on runs (number) where open;
create index runs_open_place on runs (service, environment, number) where open;

create table live (
    service text not null,
    environment text not null,
    version text not null,
    previous_version text,
    run bigint not null,
    by text not null,
    at timestamptz not null,
    primary key (service, environment)
);
