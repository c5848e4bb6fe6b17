-- What is the same: copies of one text, pieces inside round-ups, stories of several reports.
-- 何为相同：同文转载、汇编所含、同一事件的多篇报道。

create table archive.story (
    id bigint primary key,
    method integer not null
);
comment on table archive.story is 'Stories: different reports on one event; numbered by their first copy group. 事件：同一事件的不同报道，以首个转载组编号。';

-- Of the articles only the one that is placed is referenced: who waits for several can wait for
-- somebody who waits for him.
create table archive.copy_group (
    id bigint primary key,
    original bigint not null,
    story bigint references archive.story,
    story_matched bigint,
    story_score real,
    told_at timestamptz not null
);
comment on table archive.copy_group is 'One text, however often published; numbered by its first article. 同一文本的全部发布，以首篇编号。';
comment on column archive.copy_group.original is 'The publication that stands for all: nearest to its origin, then earliest, then most complete. 代表全组的一篇：最接近原发者，其次最早，再次最完整。';
comment on column archive.copy_group.story_matched is 'The copy group by which it joined its story; null for the first. 据以归入事件的转载组；首个为空。';
comment on column archive.copy_group.told_at is 'When its event was told: the original''s publication, or when it was first seen. 报道时间：原文发布时间，未知则为首次发现时间。';
create index copy_group_story on archive.copy_group (story);
create index copy_group_original on archive.copy_group (original);
create index copy_group_told_at on archive.copy_group (told_at);

create table archive.copy (
    article bigint primary key references archive.article,
    copy_group bigint not null references archive.copy_group on update cascade,
    text_hash bytea not null references archive.text,
    matched bigint,
    share real,
    passages integer,
    method integer not null,
    placed_at timestamptz not null
);
comment on table archive.copy is 'Which copy group each article belongs to, and why; decided for the text with this hash. 每篇文章所属的转载组及依据。';
comment on column archive.copy.matched is 'The article by which it was recognized; null for one that founded its group. 据以识别的文章；组内首篇为空。';
comment on column archive.copy.share is 'Share of the smaller text that stands in runs of characters which both have, 0 to 1. 较短文本中与另一文共有连续片段所占的比例。';
comment on column archive.copy.passages is 'How many such runs. 共有连续片段的数目。';
comment on column archive.copy.method is 'Version of the rules it was placed by. 所用规则的版本。';
create index copy_group_members on archive.copy (copy_group);
create index copy_text on archive.copy (text_hash);

create table archive.containment (
    whole bigint not null,
    piece bigint not null,
    share real not null,
    method integer not null,
    primary key (whole, piece)
);
comment on table archive.containment is 'Articles whose text stands inside a longer one of several: round-ups, two articles on a page. 被汇编或合刊文章包含的文章。';
comment on column archive.containment.share is 'Share of the piece that stands in runs which the whole has too, 0 to 1. 被包含文中见于汇编的连续片段所占的比例。';
create index containment_piece on archive.containment (piece);
