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
comment on column news.editions.counts is 'Counts: articles shown and in all (each event once), sources, reprints and other reports folded, older ones left out, belated ones, mails of the day before that did not arrive. 各项计数：文章（同一事件计一篇）、来源、合并的转载与同题报道、未列入的旧文、补录、上一期未送达。';
comment on column news.editions.html is 'The digest as HTML. HTML 正文。';
comment on column news.editions.text is 'The digest as plain text. 纯文本正文。';

create or replace view news.edition_parts as
select edition as day, position, kind, section, topic, title, articles, words, html, text
  from archive.edition_part;
comment on view news.edition_parts is 'What each edition consists of, in order; stories, figures and corrections are what a reader may choose from. 每期的组成部分，依次排列；其中报道、数据、更正可供读者选取。';
comment on column news.edition_parts.day is 'Day of the edition. 日期。';
comment on column news.edition_parts.position is 'Its place, from 1. 次序，从 1 起。';
comment on column news.edition_parts.kind is 'story, figure, correction; the rest is the frame: opening, head, heading, more, rising, ledger and so on. 类别：报道、数据、更正；其余为版式。';
comment on column news.edition_parts.section is 'Heading it stands under; empty for the frame. 所在栏目标题；版式为空。';
comment on column news.edition_parts.topic is 'Topic of its article; empty for the frame. 文章的栏目；版式为空。';
comment on column news.edition_parts.title is 'Headline of its article. 文章标题。';
comment on column news.edition_parts.articles is 'Numbers of all articles it tells of, copies and other reports included. 所涉全部文章的编号，含转载与同题报道。';
comment on column news.edition_parts.words is 'Tags and keywords of its article. 文章的标签与关键词。';
comment on column news.edition_parts.html is 'The piece as HTML. HTML 片段。';
comment on column news.edition_parts.text is 'The piece as plain text. 纯文本片段。';

create or replace view news.edition_articles as
select article as id, edition as day, place from archive.edition_article;
comment on view news.edition_articles is 'The one edition of each article, and what became of it there. 每篇文章所属的一期及其处理。';
comment on column news.edition_articles.id is 'Number of the article. 文章编号。';
comment on column news.edition_articles.day is 'Day of the edition. 日期。';
comment on column news.edition_articles.place is 'told, folded (a reprint, or nothing new), left (no room) or older (published too long before). 处理：told 列入、folded 合并（转载或无新内容）、left 未及列入、older 过旧。';

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
