"""ROC curves fitted by maximum likelihood: binormal, proper and contaminated binormal."""
