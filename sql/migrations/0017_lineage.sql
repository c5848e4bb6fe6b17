-- Who wrote the text of a copy group, also when no publication of theirs was seen; and by whom a copy
-- is represented, so that views need not ask its group.
-- 转载组文本的原发者，即使未收录其发布也予以注明；以及转载由哪一篇代表，视图由此无需再查其组。

alter table archive.copy_group add column origin text not null default '';
alter table archive.copy_group add column origin_seen boolean not null default true;
comment on column archive.copy_group.origin is 'Who wrote it, by what its publications say; empty until decided. 原发者，据各篇发布的说法判定；判定前为空。';
comment on column archive.copy_group.origin_seen is 'Whether the original is the origin''s own publication. 代表全组的一篇是否为原发者自己所发。';

alter table archive.copy add column original bigint;
comment on column archive.copy.original is 'The original of its group where that is another article; null for the original itself. 所在组的原文，若为他篇；原文自身为空。';
create index copy_original on archive.copy (article) include (original) where original is not null;
