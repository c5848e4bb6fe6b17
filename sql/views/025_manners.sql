-- How the crawler behaves: which hosts it leaves alone, and how often it looks where.
-- 抓取的礼貌：哪些主机暂停访问，各入口多久看一次。

create or replace view news.hosts as
select name, failures, until as rests_until, reason, changed_at from archive.host;
comment on view news.hosts is 'Hosts that failed lately, and those that are left alone for a while. 最近出错或暂停访问的主机。';
comment on column news.hosts.name is 'Name of the host. 主机名。';
comment on column news.hosts.failures is 'Requests that failed in a row. 连续失败次数。';
comment on column news.hosts.rests_until is 'Until when nothing is asked of it; then one request tries. 暂停到何时，之后先试一次。';
comment on column news.hosts.reason is 'What went wrong. 原因。';
comment on column news.hosts.changed_at is 'Since when it is so. 自何时起。';

create or replace view news.entry_points as
select source, url, polled_at, round(minutes::numeric) as every_minutes,
       polled_at + minutes * interval '1 minute' as next_at, found, matched, newest_at,
       round(per_hour::numeric, 1) as per_hour, failures, error, trap
  from archive.entry_point;
comment on view news.entry_points is 'Where links are found, how often it is looked at, and what was seen. 链接入口、访问间隔及所见。';
comment on column news.entry_points.source is 'Id of the source. 来源代号。';
comment on column news.entry_points.url is 'Address of the entry point. 入口地址。';
comment on column news.entry_points.polled_at is 'When it was last looked at. 最近访问时间。';
comment on column news.entry_points.every_minutes is 'Minutes between looks: fewer when busy, more when quiet; null for as configured. 访问间隔（分钟），忙则短、静则长；空为按配置。';
comment on column news.entry_points.next_at is 'When the next look is due. 下次访问时间。';
comment on column news.entry_points.found is 'Links it showed at the last look that changed. 最近一次变化时的链接数。';
comment on column news.entry_points.matched is 'How many of them are articles by the source''s pattern. 其中符合文章规则的数量。';
comment on column news.entry_points.newest_at is 'Publication time of the newest entry. 最新一条的发布时间。';
comment on column news.entry_points.per_hour is 'New links per hour at its busiest of late. 近期最忙时每小时的新链接数。';
comment on column news.entry_points.failures is 'Looks that failed in a row. 连续失败次数。';
comment on column news.entry_points.error is 'What went wrong at the last look, empty if nothing. 最近一次访问的问题。';
comment on column news.entry_points.trap is 'Why it looks like a trap, empty if it does not. 疑似陷阱的原因。';
