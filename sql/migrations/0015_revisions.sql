-- What publishers changed after they published: which sentences, numbers and names, what vanished;
-- and when an article is looked at again.
-- 发布之后的改动：改了哪些句子、数字与名称，哪些页面消失；以及何时复查。

alter table archive.revision
    add column flags text[] not null default '{}',
    add column account text not null default '',
    add column changes jsonb,
    add column returned_at timestamptz;
comment on column archive.revision.flags is 'title, number, name, text (wording only), vanished; empty if reread, or if not compared yet. 改动类别：标题、数字、名称、仅措辞、消失；重新抽取或尚未比对时为空。';
comment on column archive.revision.account is 'The change in one line. 一行说明。';
comment on column archive.revision.changes is 'What the next version changed, place by place, see archive/sameness/corrections.py; null while not compared. 下一版本的逐处改动；尚未比对时为空。';
comment on column archive.revision.returned_at is 'When a page that had vanished was there again. 消失的页面恢复的时间。';
create index revision_uncompared on archive.revision (article) where changes is null;

-- Articles stored before this have none: what was published then is hardly changed any more.
alter table archive.link add column next_look_at timestamptz;
comment on column archive.link.next_look_at is 'When its stored article is looked at again, null for never. 下次复查已收录文章的时间，空为不再复查。';
create index link_looks on archive.link (source, next_look_at) where next_look_at is not null;

alter table archive.page
    add column etag text not null default '',
    add column last_modified text not null default '';
comment on column archive.page.etag is 'What its server said of this version, for a conditional request. 服务器给出的版本标识，供条件请求使用。';
comment on column archive.page.last_modified is 'The same as a date. 同上，以日期表示。';
