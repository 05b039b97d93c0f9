"""The simulated people as the systems of a shop would export them: tables of the contract."""

from ltv.sources.mall.tables.all import MALL_TABLES, TABLES, community_tables, mall_tables

__all__ = ["MALL_TABLES", "TABLES", "community_tables", "mall_tables"]
