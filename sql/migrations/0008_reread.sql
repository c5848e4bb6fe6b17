-- Articles change because their publishers changed them, or because we read their pages better.
-- 文章变化有两种原因：发布者修改了原文，或我们对同一网页的抽取有了改进。

alter table archive.revision add column reread boolean not null default false;
comment on column archive.revision.reread is 'Replaced by a better reading of the same page, not by its publisher. 由对同一网页的重新抽取取代，并非发布者修改。';
comment on table archive.revision is 'Earlier versions of changed articles. 文章的历史版本。';
