create sequence run_numbers;

create table events (
    stream text not null,
    version bigint not null,
    type text not null,
    body text not null,
    at timestamptz not null,
    primary key (stream, version)
);

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
    says text not null
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
