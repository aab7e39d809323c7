"""Models of forced selling that can be solved on paper: the yardsticks of the engine.

One file a model, each with its paper. All functions take arrays, one row a fund or bank and one
column an asset; falls are negative, sales are negative where a flow is signed.
"""

from quantquake._lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    names={
        "almgren_chriss": "best_execution",
        "brunnermeier_pedersen": "margin_spiral",
        "caccioli_border": "contagion_border",
        "cont_schaanning": "threshold_sales",
        "cont_wagalath": "distressed_covariance",
        "contagion_map": "contagion_runs",
        "critical_leverage": "exit_leverage",
        "deleveraging_jacobian": "jacobian",
        "exit_queue": "queue",
        "fire_sale_forensics": "forensics",
        "greenwood_landier_thesmar": "linear_sales",
        "leverage_path": "capital_change",
        "overlap_contagion": "overlap",
        "rebound": "recovery",
        "thurner_farmer_geanakoplos": "leveraged_value",
    },
)
