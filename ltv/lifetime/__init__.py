"""What customers will be worth: labels, features, the model, baselines, backtest, reasons and the registry of models."""
