-- Articles of several pages, and feed texts that stand in for closed pages.
-- 多页文章，以及网页不可读时以订阅源全文代替。

alter table archive.page
    add column note text not null default '',
    add column from_feed boolean not null default false;
comment on column archive.page.note is 'Why this is not all that was published, empty if it is; the reason of the link once stored. 为何不是网页全文；存档后成为链接的原因。';
comment on column archive.page.from_feed is 'Made from the feed''s text, because the page itself is closed. 网页不可读，以订阅源的全文代替。';

create table archive.continuation (
    page bigint not null references archive.page,
    number integer not null check (number >= 2),
    url text not null,
    fetched_at timestamptz not null,
    status integer not null,
    content_type text not null default '',
    body bytea,
    primary key (page, number)
);
comment on table archive.continuation is 'The further pages of an article of several pages, as fetched; pruned with the first. 多页文章第二页起的原始网页，随首页一并清理。';

create table archive.feed_text (
    link bigint primary key references archive.link,
    url text not null,
    fetched_at timestamptz not null,
    body bytea not null,
    sha256 bytea not null
);
comment on table archive.feed_text is 'Full texts from feeds (zstd), kept until the page of their link is read or the text stands in for it. 订阅源全文，保留到网页读成或由它代替为止。';
