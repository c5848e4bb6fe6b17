-- What became of every link, and how each source and stage stands.
-- 每个链接的结局，各来源与各环节的状况。

create or replace view news.ledger as
select l.id, l.source, l.url, l.title, l.first_seen, l.published_at,
       coalesce(l.outcome, 'pending') as outcome, l.reason, l.attempts, l.retry_at, l.decided_at,
       l.next_look_at
  from archive.link l;
comment on view news.ledger is 'Every discovered link and its one outcome. 每个发现的链接及其唯一结局。';
comment on column news.ledger.id is 'Number of the link. 链接编号。';
comment on column news.ledger.source is 'Id of the source that showed it. 来源代号。';
comment on column news.ledger.url is 'Canonical address. 规范链接。';
comment on column news.ledger.title is 'Title where it was found. 发现处的标题。';
comment on column news.ledger.first_seen is 'When it was first seen. 首次发现时间。';
comment on column news.ledger.published_at is 'Publication time where it was found. 发现处的发布时间。';
comment on column news.ledger.outcome is 'stored, alias (another address of a stored article), not_article, off_topic, gone, paywalled, challenge_page, too_short, extraction_failed, quarantined, blocked_by_robots, blocked_address, http_error, rate_limited, timeout, unreachable, redirect_loop, too_large, or pending. 结局：已收录、别名（已存文章的另一地址）、非文章、无关、已删除、付费或需登录、验证页、过短、抽取失败、隔离、robots 禁止、地址禁止、HTTP 错误、限流、超时、无法连接、循环跳转、过大；pending 为待处理。';
comment on column news.ledger.reason is 'Why, in a few words; empty only for what is stored. 原因；已收录时可为空，别名时为存有文章的地址。';
comment on column news.ledger.attempts is 'How many crawls tried it. 尝试次数。';
comment on column news.ledger.retry_at is 'When it will be tried again, null for never. 下次重试时间，空为不再重试。';
comment on column news.ledger.decided_at is 'When the outcome was found. 结局确定的时间。';
comment on column news.ledger.next_look_at is 'When a stored article is looked at again for changes, null for never. 已收录文章下次复查的时间，空为不再复查。';

create or replace view news.outcomes as
select source, coalesce(outcome, 'pending') as outcome, count(*) as links
  from archive.link group by 1, 2;
comment on view news.outcomes is 'Links counted by source and outcome. 按来源与结局统计的链接数。';
comment on column news.outcomes.source is 'Id of the source. 来源代号。';
comment on column news.outcomes.outcome is 'Outcome as in news.ledger, or pending. 结局，同 news.ledger。';
comment on column news.outcomes.links is 'How many links. 链接数。';

create or replace view news.sources as
select s.id, s.name, s.homepage, s.enabled,
       (select count(*) from archive.link l where l.source = s.id) as links,
       (select count(*) from archive.article a join archive.link l on l.id = a.link
         where l.source = s.id) as articles,
       (select max(e.polled_at) from archive.entry_point e where e.source = s.id) as polled_at,
       (select string_agg(e.url || ': ' || e.error, E'\n') from archive.entry_point e
         where e.source = s.id and e.error <> '') as trouble
  from archive.source s;
comment on view news.sources is 'The sources and what they gave. 各来源及其产出。';
comment on column news.sources.id is 'Id of the source. 来源代号。';
comment on column news.sources.name is 'Name of the publisher. 名称。';
comment on column news.sources.homepage is 'Home page. 主页。';
comment on column news.sources.enabled is 'Whether it is crawled. 是否启用。';
comment on column news.sources.links is 'Links found so far. 已发现链接数。';
comment on column news.sources.articles is 'Articles stored so far. 已存档文章数。';
comment on column news.sources.polled_at is 'When it was last looked at. 最近访问时间。';
comment on column news.sources.trouble is 'What went wrong at the last look, null if nothing. 最近一次访问的问题。';

create or replace view news.backlog as
select 'fetch' as stage, count(*) as pending from archive.link where pending
union all
select 'read', count(*) from archive.page where read_at is null
union all
select 'dedupe', count(*) from archive.article a left join archive.copy c on c.article = a.id
 where c.text_hash is distinct from a.text_hash
union all
select 'summarize', count(*) from archive.article a
 where not exists (select from archive.summary m
                    where m.article = a.id and m.text_hash = a.text_hash)
   and not exists (select from archive.copy c where c.article = a.id and c.original is not null)
union all
select 'redo', count(*) from archive.summary m join archive.article a on a.id = m.article
 where m.again and m.text_hash = a.text_hash
   and not exists (select from archive.copy c where c.article = a.id and c.original is not null)
union all
select 'deliver', count(*) from archive.delivery where state in ('queued', 'sending');
comment on view news.backlog is 'What each stage has yet to do. 各环节的待办数量。';
comment on column news.backlog.stage is 'fetch, read, dedupe, summarize, redo (summaries to be made again) or deliver. 环节；redo 为有待重做的总结。';
comment on column news.backlog.pending is 'How much is pending. 待办数量。';

create or replace view news.runs as
select id, command, started_at, ended_at, counts, error from archive.run;
comment on view news.runs is 'The run log. 运行日志。';
comment on column news.runs.id is 'Number of the run. 编号。';
comment on column news.runs.command is 'The command. 命令。';
comment on column news.runs.started_at is 'When it started. 开始时间。';
comment on column news.runs.ended_at is 'When it ended, null while running or if killed. 结束时间。';
comment on column news.runs.counts is 'What it did, as counts. 各项计数。';
comment on column news.runs.error is 'Why it failed, empty if it did not. 失败原因。';
