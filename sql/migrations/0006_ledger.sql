-- What the ledger needs to tell a link's whole story, and to tell it quickly.
-- 总账所需：链接在何处被发现，以及快速查询所用的索引。

alter table archive.link
    add column entry text not null default '',
    add constraint link_refused_for_a_reason
        check (outcome is null or outcome = 'stored' or reason <> '') not valid;
comment on column archive.link.entry is 'Entry point that first showed it; empty if somebody brought it. 首次发现它的入口；人工导入时为空。';

create index link_source_seen on archive.link (source, first_seen) include (outcome);
create index page_sha256 on archive.page (sha256);
