-- Several addresses of one article at one publisher are one link; the others point to it.
-- 同一发布者的同一篇文章可有多个地址，只保留一个链接，其余指向它。

alter table archive.link
    add column alias_of bigint references archive.link,
    add constraint link_is_not_its_own_alias check (alias_of <> id);
comment on column archive.link.alias_of is 'The link that has the article, never an alias itself; null if this one is no alias. 存有该文章的链接（其本身不是别名）；非别名时为空。';
create index link_alias_of on archive.link (alias_of) where alias_of is not null;
