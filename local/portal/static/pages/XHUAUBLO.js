//# allFunctionsCalledOnLoad
import{q as a}from"./RZH4ZDR5.js";import"./LKJAWXUH.js";import"./ZZPCO4ZC.js";import"./LHE7L4DY.js";import"./IY6R3CEB.js";import"./47WTO6DM.js";import"./45GWE4C6.js";export{a as default};
