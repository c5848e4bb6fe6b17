-- Editions in parts, from which each reader's mail is made; which edition told of each article, and
-- how; and how much a source counts.
-- 简报的组成部分（据此拼出每位读者的邮件）；每篇文章见于哪一期、如何处理；来源的分量。

create table archive.edition_part (
    edition date not null references archive.edition,
    position integer not null,
    kind text not null,
    section text not null,
    topic text not null,
    title text not null,
    articles bigint[] not null,
    words text[] not null,
    html text not null,
    text text not null,
    primary key (edition, position)
);
comment on table archive.edition_part is 'What a frozen edition consists of, in order: parts with articles can be chosen, the rest is its frame. 定稿各期的组成部分，依次排列：带文章编号的可供读者选取，其余为版式。';

create table archive.edition_article (
    article bigint primary key references archive.article,
    edition date not null references archive.edition,
    place text not null check (place in ('told', 'folded', 'left', 'older'))
);
comment on table archive.edition_article is 'The one edition that each article belongs to, and what became of it there. 每篇文章所属的唯一一期及其在该期的处理。';
create index edition_article_edition on archive.edition_article (edition);

insert into archive.edition_article (article, edition, place)
select distinct on (a.id) a.id, e.day, case when strpos(e.text, l.url) > 0 then 'told' else 'left' end
  from archive.article a
  join archive.link l on l.id = a.link
  join archive.edition e on a.first_seen >= e.window_start and a.first_seen < e.window_end
 order by a.id, e.day;

alter table archive.source add column weight real not null default 1;
comment on column archive.source.weight is 'How much its word counts when stories are ranked; 1 is usual. 排序时的分量，1 为通常。';
