-- What the unattended service keeps: pruned pages, and what is known of each entry point's health.
-- 无人值守服务所需：可清理的网页正文，以及各入口的健康状况。

alter table archive.page alter column body drop not null;
comment on column archive.page.body is 'zstd-compressed bytes; null once the retention policy removed them. 压缩字节；超过保留期后为空。';

alter table archive.entry_point
    add column matched integer not null default 0,
    add column newest_at timestamptz,
    add column failures integer not null default 0;
comment on column archive.entry_point.matched is 'How many of the found links are articles by the source''s pattern. 符合文章规则的链接数。';
comment on column archive.entry_point.newest_at is 'Publication time of the newest entry. 最新一条的发布时间。';
comment on column archive.entry_point.failures is 'Looks that failed in a row. 连续失败次数。';

create table archive.topic (
    name text primary key,
    position integer not null
);
comment on table archive.topic is 'The digest''s topics in their order, as the taxonomy says. 简报栏目及其顺序，与分类表一致。';
