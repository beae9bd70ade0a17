defmodule App.MixProject do
  use Mix.Project
  def project, do: [app: :locum_finder, version: "1.0.0", elixir: "~> 1.14"]
end
