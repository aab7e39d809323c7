"""How the terms of a snowball are called in the tables of desks, Chinese and English."""

from __future__ import annotations

SNOWBALL_NAMES: dict[str, str] = {
    "trade": "交易编号 合约编号 产品代码 产品名称 产品 编号 trade_id id deal contract_id product name",
    "date": "起始日 起始日期 期初日 期初观察日 起息日 成立日 发行日 发行日期 issue issue_date issued "
    "start start_date",
    "symbol": "标的 标的代码 标的指数 挂钩标的 挂钩指数 underlying index",
    "notional": "名义本金 名义规模 名义金额 名本 规模 本金 size",
    "spot0": "期初价格 期初点位 期初收盘 入场点位 入场价 initial initial_level initial_price s0",
    "knock_in": "敲入 敲入价 敲入水平 敲入障碍 敲入障碍价 敲入界限 敲入线 敲入点位 ki knock_in_level",
    "knock_out": "敲出 敲出价 敲出水平 敲出障碍 敲出障碍价 敲出界限 敲出线 敲出点位 ko "
    "knock_out_level",
    "step": "降敲 每月降敲 每月递减 敲出递减 step_down",
    "months": "期限 期限月 期限(月) 期限月数 存续期(月) tenor tenor_months term",
    "maturity": "到期日 到期日期 期末观察日 maturity_date end end_date expiry",
    "lock": "锁定期 锁定期(月) 首次观察月 首个敲出观察月 lock_months first_observation",
    "coupon": "票息 年化票息 敲出票息 敲出收益率 年化收益率 票面利率 coupon_rate",
    "bonus": "红利 红利票息 红利收益率 到期票息 bonus_rate",
    "observations": "敲出观察日 观察日 observation_dates",
    "knocked_in": "是否敲入 已敲入 敲入状态 knocked status",
    "style": "敲入观察 敲入观察方式 敲入类型 knock_in_style",
    "strike_ratio": "行权价 执行价 敲入行权价 strike",
    "floor": "保底 保底比例 最低赎回 保底水平",
}
"""How a snowball's terms are called."""
