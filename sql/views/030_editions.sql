-- The daily digest and its deliveries, without addresses.
-- 每日简报及其投递情况，不含地址。

create or replace view news.editions as
select day, subject, window_start, window_end, composed_at, counts, html, text
  from archive.edition;
comment on view news.editions is 'Frozen daily digests. 已定稿的每日简报。';
comment on column news.editions.day is 'Day of the edition. 日期。';
comment on column news.editions.subject is 'Subject of the mail. 邮件标题。';
comment on column news.editions.window_start is 'It covers what was first seen from here … 收录时间起点（含）。';
comment on column news.editions.window_end is '… to here, exclusive. 收录时间终点（不含）。';
comment on column news.editions.composed_at is 'When it was frozen. 定稿时间。';
comment on column news.editions.counts is 'Counts: articles shown and in all (each event once), sources, reprints and other reports merged. 各项计数：文章（同一事件计一篇）、来源、合并的转载与同题报道。';
comment on column news.editions.html is 'The digest as HTML. HTML 正文。';
comment on column news.editions.text is 'The digest as plain text. 纯文本正文。';

create or replace view news.deliveries as
select edition as day, channel, state, count(*) as readers, max(settled_at) as last_settled_at
  from archive.delivery group by 1, 2, 3;
comment on view news.deliveries is 'How the deliveries of each edition stand. 每期的投递状况。';
comment on column news.deliveries.day is 'Day of the edition. 日期。';
comment on column news.deliveries.channel is 'mail, wecom, feishu, dingtalk or atom. 渠道。';
comment on column news.deliveries.state is 'queued, sending, sent, failed, unknown, or not_sent when a newer edition was mailed instead or the reader left. 状态。';
comment on column news.deliveries.readers is 'How many readers. 读者数。';
comment on column news.deliveries.last_settled_at is 'When the last one was settled. 最近一次完成的时间。';

create or replace view news.unsettled as
select id, edition as day, channel, state, attempts, coalesce(settled_at, queued_at) as since,
       coalesce(substring(error from '^[245]\d\d(?: [245]\.\d+\.\d+)?'), '') as answer
  from archive.delivery where state in ('queued', 'sending', 'unknown');
comment on view news.unsettled is 'Deliveries of which it is not known that they ended. 尚无定论的投递。';
comment on column news.unsettled.id is 'Number of the delivery: jianbao deliveries settle. 投递编号。';
comment on column news.unsettled.day is 'Day of the edition. 日期。';
comment on column news.unsettled.channel is 'mail, wecom, feishu, dingtalk or atom. 渠道。';
comment on column news.unsettled.state is 'queued, sending or unknown. 状态。';
comment on column news.unsettled.attempts is 'How often it was tried. 已尝试次数。';
comment on column news.unsettled.since is 'When it was queued, or became unknown. 排队时间，或转为 unknown 的时间。';
comment on column news.unsettled.answer is 'The code that the mail server gave last; empty if none. 邮件服务器最近返回的代码。';
