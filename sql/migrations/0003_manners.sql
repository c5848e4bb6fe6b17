-- What good manners need to remember: hosts that rest, and how often each entry point is looked at.
-- 礼貌抓取需要记住的：暂停访问的主机，以及各入口的访问间隔。

create table archive.host (
    name text primary key,
    failures integer not null,
    rests integer not null,
    until timestamptz,
    reason text not null,
    changed_at timestamptz not null
);
comment on table archive.host is 'Hosts that failed lately; one that answers well has no row. 最近出错的主机；恢复正常后即删除。';

alter table archive.entry_point
    add column minutes real,
    add column per_hour real not null default 0,
    add column trap text not null default '';
comment on column archive.entry_point.minutes is 'Minutes until the next look, null for as configured. 距下次访问的分钟数；空为按配置。';
comment on column archive.entry_point.per_hour is 'New links per hour at its busiest of late. 近期最忙时每小时的新链接数。';
comment on column archive.entry_point.trap is 'Why it looks like a trap, empty if it does not. 疑似陷阱的原因。';

-- For the links that wait of one source, retries included; it serves what the old one did.
drop index archive.link_pending;
create index link_waiting on archive.link (source) where pending or retry_at is not null;
create index page_fetched on archive.page using brin (fetched_at);
