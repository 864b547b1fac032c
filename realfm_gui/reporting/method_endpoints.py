"""What each endpoint is, in words a method section can hold."""

from realfm_gui.analysis.mrmc.endpoint import Endpoint

_DEFINITIONS = {
    "auc": "the area under the empirical ROC curve, ties counted as one half (Hanley and McNeil 1982)",
    "hr-auc": "the area under the ROC curve of the highest rating on each case (Chakraborty 2017)",
    "binormal-auc": "the area under a binormal ROC curve fitted by maximum likelihood (Dorfman and Alf 1969)",
    "proper-auc": (
        "the area under a proper binormal (likelihood-ratio) ROC curve fitted by maximum likelihood "
        "(Metz and Pan 1999)"
    ),
    "contaminated-auc": (
        "the area under a contaminated binormal ROC curve fitted by maximum likelihood "
        "(Dorfman and Berbaum 2000)"
    ),
    "afroc": (
        "the area under the AFROC curve: the probability that a lesion, unmarked ones rated lowest, is rated "
        "above the highest false mark of a negative case (Chakraborty and Berbaum 2004)"
    ),
    "afroc1": (
        "the area under the AFROC1 curve: the probability that a lesion, unmarked ones rated lowest, is "
        "rated above the highest false mark of any case (Chakraborty and Berbaum 2004)"
    ),
    "wafroc": (
        "the area under the weighted AFROC curve, in which every positive case counts alike and its lesions "
        "by their weights; unmarked lesions and unmarked cases are rated lowest (Chakraborty and Zhai 2016)"
    ),
    "wafroc1": (
        "the area under the weighted AFROC1 curve, in which every positive case counts alike, its lesions by "
        "their weights, and false marks of all cases enter (Chakraborty and Zhai 2016)"
    ),
}

_REMARKS = {
    "pauc": " (McClish 1989)",
    "ppv": ", from sensitivity and specificity by Bayes' theorem (Mercaldo et al. 2007)",
    "npv": ", from sensitivity and specificity by Bayes' theorem (Mercaldo et al. 2007)",
    "net-benefit": " (Vickers and Elkin 2006)",
    "youden": " (Youden 1950)",
    "expected-utility": " on the empirical ROC curve (Abbey et al. 2013)",
    "sens-at-spec": ", read off the empirical ROC curve",
    "spec-at-sens": ", read off the empirical ROC curve",
    "alroc": ", the area under the localisation ROC curve (Swensson 1996)",
    "pcl": ", read off the localisation ROC curve (Swensson 1996)",
    "hr-se": " (Chakraborty 2017)",
    "hr-sp": " (Chakraborty 2017)",
    "max-llf": " (Chakraborty 2017)",
    "max-nlf": " (Chakraborty 2017)",
    "max-nlf-all-cases": " (Chakraborty 2017)",
    "llf": ", read off the FROC curve (Chakraborty 2017)",
}


def endpoint_in_words(endpoint: Endpoint) -> str:
    """Return what an endpoint is, with its source; one that is not ours is called by its label."""
    found = _DEFINITIONS.get(endpoint.name)
    return found if found is not None else endpoint.label + _REMARKS.get(endpoint.name, "")
